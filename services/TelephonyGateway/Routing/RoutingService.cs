using CallCenterCrm.Routing.V1;
using CallCenterCrm.ServiceDefaults.Grpc;
using CallCenterCrm.ServiceDefaults.Input;
using CallCenterCrm.ServiceDefaults.PhoneNumbers;
using CallCenterCrm.Telephony.Asterisk;
using CallCenterCrm.Telephony.Callers;
using CallCenterCrm.Telephony.Calls;
using Grpc.Core;

namespace CallCenterCrm.Telephony.Routing;

/// <summary>protos/callcenter/routing/v1 over the routing tables.</summary>
internal sealed class RoutingService(
    RoutingStore store, RoutingChanges changes, RoutingData inForce, KnownClients clients, PhoneStates phones, CallDesk desk,
    ClientAddresses addresses, TimeProvider time)
    : CallCenterCrm.Routing.V1.Routing.RoutingBase
{
    public override async Task<GetRoutingResponse> GetRouting(GetRoutingRequest request, ServerCallContext context) =>
        RoutingMessages.Write(await store.LoadAsync(context.CancellationToken), time.GetUtcNow());

    public override async Task<CreateRingGroupResponse> CreateRingGroup(CreateRingGroupRequest request, ServerCallContext context) => new()
    {
        Group = RoutingMessages.Write(await CreateAsync(
            RoutingKind.Groups, request.Group, request.IdempotencyKey, context,
            (input, given, id) => input.Read(given, new RingGroup(id, "", RingGroupPick.Order, [])))),
    };

    public override async Task<UpdateRingGroupResponse> UpdateRingGroup(UpdateRingGroupRequest request, ServerCallContext context) => new()
    {
        Group = RoutingMessages.Write(await UpdateAsync(
            RoutingKind.Groups, request.Group, context,
            input =>
            {
                input.Take(request.UpdateMask, "name", "pick");
                return (input.Identity("group.id", request.Group.Id)?.ToString(), input.Version("group.version", request.Group.Version));
            },
            (input, given, current) => input.Read(given, current))),
    };

    public override async Task<DeleteRingGroupResponse> DeleteRingGroup(DeleteRingGroupRequest request, ServerCallContext context)
    {
        await DeleteAsync(RoutingKind.Groups, request.Id, request.Version, context);
        return new DeleteRingGroupResponse();
    }

    public override async Task<CreateBusinessHoursResponse> CreateBusinessHours(CreateBusinessHoursRequest request, ServerCallContext context) => new()
    {
        Hours = RoutingMessages.Write(await CreateAsync(
            RoutingKind.Hours, request.Hours, request.IdempotencyKey, context,
            (input, given, id) => input.Read(given, new BusinessHours(id, "", "", [], [])))),
    };

    public override async Task<UpdateBusinessHoursResponse> UpdateBusinessHours(UpdateBusinessHoursRequest request, ServerCallContext context) => new()
    {
        Hours = RoutingMessages.Write(await UpdateAsync(
            RoutingKind.Hours, request.Hours, context,
            input =>
            {
                input.Take(request.UpdateMask, "name", "time_zone", "spans", "holidays");
                return (input.Identity("hours.id", request.Hours.Id)?.ToString(), input.Version("hours.version", request.Hours.Version));
            },
            (input, given, current) => input.Read(given, current))),
    };

    public override async Task<DeleteBusinessHoursResponse> DeleteBusinessHours(DeleteBusinessHoursRequest request, ServerCallContext context)
    {
        await DeleteAsync(RoutingKind.Hours, request.Id, request.Version, context);
        return new DeleteBusinessHoursResponse();
    }

    public override async Task<CreateRuleResponse> CreateRule(CreateRuleRequest request, ServerCallContext context) => new()
    {
        Rule = RoutingMessages.Write(await CreateAsync(
            RoutingKind.Rules, request.Rule, request.IdempotencyKey, context,
            (input, given, id) => input.Read(given, new EscalationRule(id, "", 0, null, [])))),
    };

    public override async Task<UpdateRuleResponse> UpdateRule(UpdateRuleRequest request, ServerCallContext context) => new()
    {
        Rule = RoutingMessages.Write(await UpdateAsync(
            RoutingKind.Rules, request.Rule, context,
            input =>
            {
                input.Take(request.UpdateMask, "name", "ring_seconds", "group_id", "steps");
                return (input.Identity("rule.id", request.Rule.Id)?.ToString(), input.Version("rule.version", request.Rule.Version));
            },
            (input, given, current) => input.Read(given, current))),
    };

    public override async Task<DeleteRuleResponse> DeleteRule(DeleteRuleRequest request, ServerCallContext context)
    {
        await DeleteAsync(RoutingKind.Rules, request.Id, request.Version, context);
        return new DeleteRuleResponse();
    }

    public override async Task<UpdateTrunkNumberResponse> UpdateTrunkNumber(UpdateTrunkNumberRequest request, ServerCallContext context) => new()
    {
        Number = RoutingMessages.Write(await UpdateAsync(
            RoutingKind.Numbers, request.Number, context,
            input =>
            {
                input.Take(request.UpdateMask, "name", "rule_id", "hours_id");
                return (input.Number("number.number", request.Number.Number), input.Version("number.version", request.Number.Version));
            },
            (input, given, current) => input.Read(given, current))),
    };

    public override async Task<TryOutResponse> TryOut(TryOutRequest request, ServerCallContext context)
    {
        var violations = new Violations();
        var own = new RoutingInput(violations).Number("own_number", request.OwnNumber);
        var isNumber = PhoneNumber.TryParse(request.CallerNumber, out var number);
        if (!isNumber && request.CallerNumber.Length > 0)
        {
            violations.Add("caller_number", ViolationKey.NotANumber);
        }

        var at = time.GetUtcNow();
        try
        {
            at = request.At?.ToDateTimeOffset() ?? at;
        }
        catch (InvalidOperationException)
        {
            violations.Add("at", ViolationKey.OutOfRange, "0001-01-01", "9999-12-31");
        }

        violations.ThrowIfAny();
        var caller = isNumber ? await clients.FindAsync(number, context.CancellationToken) : null;
        return RoutingMessages.Write(new PlanMaker(inForce.Tables, phones.Of, desk.LastTalkOf).Draft(own, caller, at), caller);
    }

    private Task<T> CreateAsync<T, TGiven>(
        RoutingKind<T> kind, TGiven? given, string idempotencyKey, ServerCallContext context, Func<RoutingInput, TGiven, Guid, T> read)
        where T : class
        where TGiven : class
    {
        var violations = new Violations();
        var input = new RoutingInput(violations);
        var id = input.Identity("idempotency_key", idempotencyKey);
        Given(kind, given, violations);
        return changes.CreateAsync(kind, read(input, given!, id ?? Guid.Empty), violations, By(context), context.CancellationToken);
    }

    private Task<T> UpdateAsync<T, TGiven>(
        RoutingKind<T> kind, TGiven? given, ServerCallContext context, Func<RoutingInput, (string? Key, long Version)> readKey,
        Func<RoutingInput, TGiven, T, T> read)
        where T : class
        where TGiven : class
    {
        var violations = new Violations();
        var input = new RoutingInput(violations);
        Given(kind, given, violations);
        var (key, version) = readKey(input);

        // Without them there is no row to which the rest could be applied.
        violations.ThrowIfAny();
        return changes.UpdateAsync(
            kind, key!, version, current => read(input, given!, current), input.Fields, violations, By(context), context.CancellationToken);
    }

    private Task DeleteAsync<T>(RoutingKind<T> kind, string id, long version, ServerCallContext context)
        where T : class
    {
        var violations = new Violations();
        var input = new RoutingInput(violations);
        var key = input.Identity("id", id);
        input.Version("version", version);
        violations.ThrowIfAny();
        return changes.DeleteAsync(kind, key!.Value.ToString(), version, By(context), context.CancellationToken);
    }

    private static void Given<T, TGiven>(RoutingKind<T> kind, TGiven? given, Violations violations)
        where T : class
    {
        if (given is null)
        {
            violations.Add(kind.Field, ViolationKey.Required);
            violations.ThrowIfAny();
        }
    }

    private Author By(ServerCallContext context) => Author.Of(context, addresses);
}
