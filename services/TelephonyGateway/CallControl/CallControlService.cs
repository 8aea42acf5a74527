using CallCenterCrm.CallControl.V1;
using CallCenterCrm.ServiceDefaults.Authentication;
using CallCenterCrm.ServiceDefaults.Grpc;
using CallCenterCrm.ServiceDefaults.Input;
using CallCenterCrm.ServiceDefaults.PhoneNumbers;
using CallCenterCrm.Telephony.Routing;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Wire = CallCenterCrm.CallControl.V1;

namespace CallCenterCrm.Telephony.CallControl;

/// <summary>protos/callcenter/call_control/v1 over the dialler.</summary>
internal sealed class CallControlService(
    Dialler dialler, DiallingStore store, RoutingData routing, TimeProvider time, IHostApplicationLifetime lifetime)
    : Wire.CallControl.CallControlBase
{
    private const int LongestKey = 100;
    private const int LongestName = 200;

    // A change that another instance of the gateway made is looked for by itself.
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);

    public override async Task<TakeCallResponse> TakeCall(TakeCallRequest request, ServerCallContext context)
    {
        var violations = new Violations();
        violations.Text("idempotency_key", request.IdempotencyKey, LongestKey);
        var call = Identity("call_id", request.CallId, violations);
        violations.ThrowIfAny();
        return new TakeCallResponse
        {
            Dialling = Write(await dialler.TakeAsync(call, Employee(context), request.IdempotencyKey, request.AnswerAutomatically, context.CancellationToken)),
        };
    }

    public override async Task<PlaceCallResponse> PlaceCall(PlaceCallRequest request, ServerCallContext context)
    {
        var violations = new Violations();
        violations.Text("idempotency_key", request.IdempotencyKey, LongestKey);
        if (!PhoneNumber.TryParse(request.Number, out var number))
        {
            violations.Add("number", request.Number.Length == 0 ? ViolationKey.Required : ViolationKey.NotANumber);
        }
        else if (IsOwn(number.Digits))
        {
            violations.Add("number", ViolationKey.NotHere);
        }

        var own = PhoneNumber.TryParse(request.OwnNumber, out var given) ? given.Digits : null;
        if (request.OwnNumber.Length > 0 && (own is null || !IsOwn(own)))
        {
            violations.Add("own_number", ViolationKey.DoesNotExist);
        }

        violations.OptionalText("shown_name", request.ShownName, LongestName);
        violations.ThrowIfAny();
        return new PlaceCallResponse
        {
            Dialling = Write(await dialler.CallAsync(
                number.Digits, own, Employee(context), request.IdempotencyKey, request.ShownName, request.AnswerAutomatically, context.CancellationToken)),
        };
    }

    public override async Task<GetDiallingResponse> GetDialling(GetDiallingRequest request, ServerCallContext context) =>
        new() { Dialling = Write(await GetAsync(request.Id, context)) };

    public override async Task FollowDialling(
        FollowDiallingRequest request, IServerStreamWriter<FollowDiallingResponse> responseStream, ServerCallContext context)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, lifetime.ApplicationStopping);
        var told = 0L;
        try
        {
            while (true)
            {
                var changed = dialler.Changed;
                var dialling = await GetAsync(request.Id, context);
                if (dialling.Version > told)
                {
                    await responseStream.WriteAsync(new FollowDiallingResponse { Dialling = Write(dialling) }, ending.Token);
                    told = dialling.Version;
                }

                if (dialling.Stage == Stage.Ended)
                {
                    return;
                }

                await changed.WaitAsync(Look, time, ending.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                ending.Token.ThrowIfCancellationRequested();
            }
        }
        catch (OperationCanceledException) when (lifetime.ApplicationStopping.IsCancellationRequested && !context.CancellationToken.IsCancellationRequested)
        {
            throw new RpcException(new Status(StatusCode.Unavailable, "The server is about to end; ask again."));
        }
    }

    public override async Task<CancelDiallingResponse> CancelDialling(CancelDiallingRequest request, ServerCallContext context)
    {
        var dialling = await GetAsync(request.Id, context);
        await dialler.CancelAsync(dialling, context.CancellationToken);
        return new CancelDiallingResponse { Dialling = Write(dialling) };
    }

    private Task<Dialling> GetAsync(string id, ServerCallContext context)
    {
        var violations = new Violations();
        var known = Identity("id", id, violations);
        violations.ThrowIfAny();
        return store.GetAsync(known, Employee(context), context.CancellationToken);
    }

    private bool IsOwn(string number) => routing.Tables.Numbers.Any(own => own.Number == number);

    // A system has no telephone.
    private static Guid Employee(ServerCallContext context) =>
        context.Caller() is { Kind: CallerKind.Employee, Id: var id } ? id : throw new ConflictException(Conflict.NoPhone);

    private static Guid Identity(string field, string text, Violations violations)
    {
        if (!Guid.TryParseExact(text, "D", out var id))
        {
            violations.Add(field, text.Length == 0 ? ViolationKey.Required : ViolationKey.WrongFormat, "UUID");
        }

        return id;
    }

    private static Wire.Dialling Write(Dialling dialling) => new()
    {
        Id = dialling.Id.ToString(),
        Version = dialling.Version,
        Purpose = dialling.Purpose,
        EmployeeId = dialling.EmployeeId.ToString(),
        Phone = dialling.Phone,
        CallId = dialling.CallId.ToString(),
        Number = dialling.Number ?? "",
        OwnNumber = dialling.OwnNumber ?? "",
        Stage = dialling.Stage,
        Outcome = dialling.Outcome,
        AskedAt = dialling.AskedAt.ToTimestamp(),
        EndedAt = dialling.EndedAt?.ToTimestamp(),
    };
}
