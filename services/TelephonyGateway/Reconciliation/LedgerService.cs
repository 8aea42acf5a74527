using System.Globalization;
using CallCenterCrm.Ledger.V1;
using CallCenterCrm.ServiceDefaults.Input;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace CallCenterCrm.Telephony.Reconciliation;

/// <summary>protos/callcenter/ledger/v1 over the ledger.</summary>
internal sealed class LedgerService(LedgerReader ledger) : CallCenterCrm.Ledger.V1.Ledger.LedgerBase
{
    private static readonly TimeSpan Longest = TimeSpan.FromDays(31);

    public override async Task<GetLedgerResponse> GetLedger(GetLedgerRequest request, ServerCallContext context)
    {
        var violations = new Violations();
        var from = Time("from", request.From, violations);
        var until = Time("until", request.Until, violations);
        if (from >= until)
        {
            violations.Add("until", ViolationKey.EndBeforeStart);
        }
        else if (from is { } begin && until - begin > Longest)
        {
            violations.Add("until", ViolationKey.OutOfRange, Text(begin), Text(begin + Longest));
        }

        violations.ThrowIfAny();
        var hours = await ledger.HoursAsync(from!.Value, until!.Value, context.CancellationToken);
        return new GetLedgerResponse { Hours = { hours.Select(Write) } };
    }

    private static DateTimeOffset? Time(string field, Timestamp? given, Violations violations)
    {
        if (given is null)
        {
            violations.Add(field, ViolationKey.Required);
            return null;
        }

        try
        {
            return given.ToDateTimeOffset();
        }
        catch (InvalidOperationException)
        {
            violations.Add(field, ViolationKey.OutOfRange, "0001-01-01", "9999-12-31");
            return null;
        }
    }

    private static string Text(DateTimeOffset time) => time.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static Hour Write(LedgerHour hour) => new()
    {
        From = hour.From.ToTimestamp(),
        Until = hour.Until.ToTimestamp(),
        State = hour.State switch
        {
            HourState.Open => State.Open,
            HourState.ZeroLost => State.ZeroLost,
            HourState.Gaps => State.Gaps,
            _ => State.Unknown,
        },
        CelCalls = hour.Counts.Cel,
        CdrCalls = hour.Counts.Cdr,
        RecordedCalls = hour.Counts.Calls,
        CutCalls = hour.Counts.Cut,
        BackFilledCalls = hour.Counts.BackFilled,
        MissingCalls = hour.Counts.Missing,
        Gaps =
        {
            hour.Gaps.Select(gap => new CallCenterCrm.Ledger.V1.Gap
            {
                CallId = gap.Id.ToString(),
                At = gap.At.ToTimestamp(),
                InCel = gap.InCel,
                InCdr = gap.InCdr,
                Recorded = gap.InCalls,
                BackFilled = gap.BackFilled,
            }),
        },
        Faults =
        {
            hour.Faults.Select(told => new Fault
            {
                Witness = told.Witness == Witness.Cel ? CallCenterCrm.Ledger.V1.Witness.Cel : CallCenterCrm.Ledger.V1.Witness.Cdr,
                Kind = told.Fault.Kind switch
                {
                    FaultKind.Unreadable => CallCenterCrm.Ledger.V1.FaultKind.Unreadable,
                    FaultKind.RecordsMissing => CallCenterCrm.Ledger.V1.FaultKind.RecordsMissing,
                    FaultKind.FileMissing => CallCenterCrm.Ledger.V1.FaultKind.FileMissing,
                    FaultKind.DiskNearlyFull => CallCenterCrm.Ledger.V1.FaultKind.DiskNearlyFull,
                    FaultKind.PbxRestarted => CallCenterCrm.Ledger.V1.FaultKind.PbxRestarted,
                    _ => CallCenterCrm.Ledger.V1.FaultKind.Unread,
                },
                From = told.Fault.From.ToTimestamp(),
                Until = told.Fault.Until.ToTimestamp(),
            }),
        },
    };
}
