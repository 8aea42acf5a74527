// The contracts' words, under the names the product uses. The types themselves are generated into schema.d.ts.
import type { components } from './schema';

type Schemas = components['schemas'];

export type Call = Schemas['callcenter.calls.v1.Call'];
export type CallState = Schemas['callcenter.calls.v1.State'];
export type CallResult = Schemas['callcenter.calls.v1.Result'];
export type Direction = Schemas['callcenter.calls.v1.Direction'];
export type MissReason = Schemas['callcenter.calls.v1.MissReason'];
export type Leg = Schemas['callcenter.calls.v1.Leg'];
export type LegResult = Schemas['callcenter.calls.v1.LegResult'];
export type Talk = Schemas['callcenter.calls.v1.Talk'];
export type ListCallsRequest = Schemas['callcenter.calls.v1.ListCallsRequest'];
export type ListCallsResponse = Schemas['callcenter.calls.v1.ListCallsResponse'];
export type ExplainedPhone = Schemas['callcenter.calls.v1.ExplainedPhone'];

export type Client = Schemas['callcenter.clients.v1.Client'];
export type ClientKind = Schemas['callcenter.clients.v1.Kind'];

export type Dialling = Schemas['callcenter.call_control.v1.Dialling'];

export type CallNote = Schemas['callcenter.activities.v1.CallNote'];
export type TalkResult = Schemas['callcenter.activities.v1.TalkResult'];

export type Callback = Schemas['callcenter.callbacks.v1.Callback'];
export type CallbackState = Schemas['callcenter.callbacks.v1.State'];
export type CallbackMissReason = Schemas['callcenter.callbacks.v1.MissReason'];
export type ScorePart = Schemas['callcenter.callbacks.v1.ScorePart'];
export type ScoreReason = Schemas['callcenter.callbacks.v1.ScoreReason'];
export type TryResult = Schemas['callcenter.callbacks.v1.TryResult'];
export type NeverCalledBack = Schemas['callcenter.callbacks.v1.NeverCalledBack'];

export type Person = Schemas['callcenter.people.v1.Person'];
export type PersonState = Schemas['callcenter.people.v1.State'];
export type PauseReason = Schemas['callcenter.people.v1.PauseReason'];

export type Session = Schemas['callcenter.staff.v1.Session'];
export type Employee = Schemas['callcenter.staff.v1.Employee'];
export type Role = Schemas['callcenter.staff.v1.Role'];
export type Visibility = Schemas['callcenter.staff.v1.Visibility'];
export type AbsenceKind = Schemas['callcenter.staff.v1.AbsenceKind'];

export type Routing = Schemas['callcenter.routing.v1.GetRoutingResponse'];
export type RuleTarget = Schemas['callcenter.routing.v1.Target'];
export type RingGroup = Schemas['callcenter.routing.v1.RingGroup'];
export type Rule = Schemas['callcenter.routing.v1.Rule'];
export type RuleStep = Schemas['callcenter.routing.v1.Step'];
export type BusinessHours = Schemas['callcenter.routing.v1.BusinessHours'];
export type TrunkNumber = Schemas['callcenter.routing.v1.TrunkNumber'];
export type TriedOut = Schemas['callcenter.routing.v1.TryOutResponse'];

export type LedgerHour = Schemas['callcenter.ledger.v1.Hour'];
export type LedgerGap = Schemas['callcenter.ledger.v1.Gap'];
export type LedgerFault = Schemas['callcenter.ledger.v1.Fault'];

export type AuditRecord = Schemas['callcenter.staff.v1.AuditRecord'];
export type ListAuditRecordsRequest = Schemas['callcenter.staff.v1.ListAuditRecordsRequest'];
export type ApiKey = Schemas['callcenter.staff.v1.ApiKey'];
