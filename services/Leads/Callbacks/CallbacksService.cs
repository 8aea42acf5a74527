using CallCenterCrm.Callbacks.V1;
using CallCenterCrm.Messaging;
using CallCenterCrm.ServiceDefaults.Grpc;
using CallCenterCrm.ServiceDefaults.Input;
using CallCenterCrm.ServiceDefaults.PhoneNumbers;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace CallCenterCrm.Leads.Callbacks;

/// <summary>protos/callcenter/callbacks/v1 over the callbacks.</summary>
internal sealed class CallbacksService(
    CallbackReader callbacks, CallbackLeases leases, CallbackRequests requests, NeverCalledBackReport report, CallbackWatch watch,
    IHostApplicationLifetime lifetime, TimeProvider time)
    : CallCenterCrm.Callbacks.V1.Callbacks.CallbacksBase
{
    // Clients take no message above 4 MB by default.
    private const int MostBytes = 2 * 1024 * 1024;
    private const int LongestNote = 2000;
    private static readonly TimeSpan FarthestDue = TimeSpan.FromDays(90);
    private static readonly TimeSpan LongestPeriod = TimeSpan.FromDays(366);

    public override async Task<ListCallbacksResponse> ListCallbacks(ListCallbacksRequest request, ServerCallContext context)
    {
        var violations = new Violations();
        var filter = new CallbackFilter(violations.Word("state", request.State), request.Mine);
        var size = PageSize.Read(request.PageSize, violations);
        var after = PageToken.Read<CallbackFilter, CallbackPlace>(request.PageToken, filter, violations);
        violations.ThrowIfAny();
        var page = await callbacks.ListAsync(filter, after, size, context.Caller(), context.CancellationToken);
        var response = new ListCallbacksResponse();
        var (now, bytes) = (time.GetUtcNow(), 0);
        for (var i = 0; i < page.Callbacks.Count; i++)
        {
            var message = CallbackMessages.Write(page.Callbacks[i].Callback, now);
            bytes += message.CalculateSize();
            if (bytes > MostBytes && i > 0)
            {
                response.NextPageToken = PageToken.Write(filter, page.Callbacks[i - 1].Place);
                return response;
            }

            response.Callbacks.Add(message);
        }

        response.NextPageToken = page.More ? PageToken.Write(filter, page.Callbacks[^1].Place) : "";
        return response;
    }

    public override async Task<GetCallbackResponse> GetCallback(GetCallbackRequest request, ServerCallContext context)
    {
        var violations = new Violations();
        var id = violations.Identity("id", request.Id);
        violations.ThrowIfAny();
        return new() { Callback = Write(await callbacks.GetAsync(id, context.Caller(), context.CancellationToken)) };
    }

    public override async Task<TakeCallbackResponse> TakeCallback(TakeCallbackRequest request, ServerCallContext context)
    {
        var violations = new Violations();
        var id = violations.Identity("id", request.Id);
        violations.ThrowIfAny();
        return new() { Callback = Write(await leases.TakeAsync(id, context.Caller(), context.CancellationToken)) };
    }

    public override async Task<ReleaseCallbackResponse> ReleaseCallback(ReleaseCallbackRequest request, ServerCallContext context)
    {
        var violations = new Violations();
        var id = violations.Identity("id", request.Id);
        violations.Version("lease_number", request.LeaseNumber);
        violations.ThrowIfAny();
        return new() { Callback = Write(await leases.ReleaseAsync(id, request.LeaseNumber, context.Caller(), context.CancellationToken)) };
    }

    public override async Task<PostponeCallbackResponse> PostponeCallback(PostponeCallbackRequest request, ServerCallContext context)
    {
        var violations = new Violations();
        var id = violations.Identity("id", request.Id);
        violations.Version("lease_number", request.LeaseNumber);
        if (request.Result == TryResult.Unspecified)
        {
            violations.Add("result", ViolationKey.Required);
        }

        var result = violations.Word("result", request.Result);
        var due = Due(request.DueAt, violations);
        var note = violations.OptionalText("note", OneLine(request.Note), LongestNote);
        violations.ThrowIfAny();
        var noted = new NotedTry(result!, due, note);
        return new() { Callback = Write(await leases.PostponeAsync(id, request.LeaseNumber, noted, context.Caller(), context.CancellationToken)) };
    }

    public override async Task<CreateCallbackResponse> CreateCallback(CreateCallbackRequest request, ServerCallContext context)
    {
        var violations = new Violations();
        CreatedOnce.Check(request.IdempotencyKey, violations);
        string? number = null;
        if (request.PartyCase == CreateCallbackRequest.PartyOneofCase.Number && PhoneNumber.TryParse(request.Number, out var parsed))
        {
            number = parsed.Digits;
        }
        else if (request.PartyCase != CreateCallbackRequest.PartyOneofCase.ClientId)
        {
            violations.Add("number", request.Number.Length == 0 ? ViolationKey.Required : ViolationKey.NotANumber);
        }

        var client = request.PartyCase == CreateCallbackRequest.PartyOneofCase.ClientId ? violations.Identity("client_id", request.ClientId) : (Guid?)null;
        var note = violations.Text("note", OneLine(request.Note), LongestNote);
        var employee = violations.OptionalIdentity("employee_id", request.EmployeeId);
        var fromCall = violations.OptionalIdentity("from_call_id", request.FromCallId);
        var asked = new AskedByHand(number, client, note, employee, fromCall);
        return new() { Callback = Write(await requests.CreateAsync(asked, request.IdempotencyKey, context.Caller(), violations, context.CancellationToken)) };
    }

    public override async Task<GetNeverCalledBackResponse> GetNeverCalledBack(GetNeverCalledBackRequest request, ServerCallContext context)
    {
        var violations = new Violations();
        var from = Required("from", request.From, violations);
        var until = Required("until", request.Until, violations);
        if (from is not null && until is not null && (until <= from || until - from > LongestPeriod))
        {
            violations.Add("until", until <= from ? ViolationKey.EndBeforeStart : ViolationKey.OutOfRange, from, from + LongestPeriod);
        }

        violations.ThrowIfAny();
        var lines = await report.MakeAsync(from!.Value, until!.Value, context.Caller(), context.CancellationToken);
        return new()
        {
            Employees =
            {
                lines.Select(line => new NeverCalledBack
                {
                    EmployeeId = line.EmployeeId?.ToString() ?? "",
                    EmployeeName = line.Name ?? "",
                    Misses = line.Misses,
                    CalledBack = line.CalledBack,
                    Open = line.Open,
                    Unreachable = line.Unreachable,
                    CalledBackInTime = line.CalledBackInTime,
                    MedianTimeToCallBack = line.MedianSeconds is { } seconds ? TimeSpan.FromSeconds(Math.Round(seconds)).ToDuration() : null,
                }),
            },
        };
    }

    public override async Task WatchCallbacks(
        WatchCallbacksRequest request, IServerStreamWriter<WatchCallbacksResponse> responseStream, ServerCallContext context)
    {
        var position = ChangeRequest.PositionOf(request.Position);
        await ChangeRequest.RunAsync(
            ending => watch.RunAsync(position, context.Caller(), responseStream, ending), lifetime, context.CancellationToken);
    }

    private CallCenterCrm.Callbacks.V1.Callback Write(Callback callback) => CallbackMessages.Write(callback, time.GetUtcNow());

    // A note is shown in one line of a list.
    private static string OneLine(string text) => text.ReplaceLineEndings(" ").Replace('\t', ' ');

    private static DateTimeOffset? Required(string field, Timestamp? given, Violations violations)
    {
        if (given is null)
        {
            violations.Add(field, ViolationKey.Required);
        }

        return violations.Time(field, given);
    }

    private DateTimeOffset Due(Timestamp? given, Violations violations)
    {
        var now = time.GetUtcNow();
        var due = Required("due_at", given, violations);
        if (due < now)
        {
            violations.Add("due_at", ViolationKey.InThePast);
        }
        else if (due > now + FarthestDue)
        {
            violations.Add("due_at", ViolationKey.OutOfRange, now, now + FarthestDue);
        }

        return due ?? now;
    }
}
