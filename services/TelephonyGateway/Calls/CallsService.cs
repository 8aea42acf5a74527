using System.Text.Json;
using CallCenterCrm.Calls.V1;
using CallCenterCrm.Messaging;
using CallCenterCrm.ServiceDefaults.Grpc;
using CallCenterCrm.ServiceDefaults.Input;
using CallCenterCrm.ServiceDefaults.PhoneNumbers;
using CallCenterCrm.Telephony.Routing;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace CallCenterCrm.Telephony.Calls;

/// <summary>protos/callcenter/calls/v1 over the stored calls and their change log.</summary>
internal sealed class CallsService(CallReader calls, CallWatch watch, RoutingData routing, IHostApplicationLifetime lifetime)
    : CallCenterCrm.Calls.V1.Calls.CallsBase
{
    private const int DefaultPage = 100;
    private const int LargestPage = 1000;

    // Clients take no message above 4 MB by default.
    private const int MostBytes = 2 * 1024 * 1024;

    public override async Task<GetCallResponse> GetCall(GetCallRequest request, ServerCallContext context)
    {
        var id = RequiredIdentity(request.Id);
        return new GetCallResponse { Call = CallMessages.Write(await calls.GetAsync(id, context.Caller(), context.CancellationToken)) };
    }

    public override async Task<ExplainMissResponse> ExplainMiss(ExplainMissRequest request, ServerCallContext context)
    {
        var (call, background) = await calls.GetWithBackgroundAsync(RequiredIdentity(request.Id), context.Caller(), context.CancellationToken);
        return MissExplanation.Of(call, background, NameOf, context.Language());
    }

    public override async Task<ListCallsResponse> ListCalls(ListCallsRequest request, ServerCallContext context)
    {
        var violations = new Violations();
        var filter = new CallFilter
        {
            From = Time("from", request.From, violations),
            Until = Time("until", request.Until, violations),
            Direction = Word("direction", request.Direction, violations),
            State = Word("state", request.State, violations),
            Result = Word("result", request.Result, violations),
            OwnNumber = request.OwnNumber.Length == 0 ? null : Number("own_number", request.OwnNumber, violations),
            TalkedBy = request.TalkedBy.Length == 0 ? null : Phone("talked_by", request.TalkedBy, violations),
            ClientId = Identity("client_id", request.ClientId, violations),
        };
        if (filter.From >= filter.Until)
        {
            violations.Add("until", ViolationKey.EndBeforeStart);
        }

        var (page, next) = await ListAsync(filter, request.PageSize, request.PageToken, violations, context);
        return new ListCallsResponse { Calls = { page }, NextPageToken = next };
    }

    public override async Task<ListCallsOfNumberResponse> ListCallsOfNumber(ListCallsOfNumberRequest request, ServerCallContext context)
    {
        var violations = new Violations();
        if (request.Number.Length == 0)
        {
            violations.Add("number", ViolationKey.Required);
        }

        var number = request.Number.Length == 0 ? "" : Number("number", request.Number, violations);
        var (page, next) = await ListAsync(new CallFilter { PartyNumber = number }, request.PageSize, request.PageToken, violations, context);
        return new ListCallsOfNumberResponse { Calls = { page }, NextPageToken = next, Number = number };
    }

    public override async Task Watch(WatchRequest request, IServerStreamWriter<WatchResponse> responseStream, ServerCallContext context)
    {
        var position = ChangeRequest.PositionOf(request.Position);
        await ChangeRequest.RunAsync(
            async ending =>
            {
                var visibility = await calls.VisibilityAsync(context.Caller(), ending);

                // The reader learns at once that he is let in; his first message may be a heartbeat away.
                await context.WriteResponseHeadersAsync([]);
                await watch.RunAsync(position, visibility, responseStream, ending);
            }, lifetime, context.CancellationToken);
    }

    private async Task<(IReadOnlyList<Call> Page, string Next)> ListAsync(
        CallFilter filter, int pageSize, string pageToken, Violations violations, ServerCallContext context)
    {
        if (pageSize is < 0 or > LargestPage)
        {
            violations.Add("page_size", ViolationKey.OutOfRange, 1, LargestPage);
        }

        var after = PageToken.Read<CallFilter, CallPlace>(pageToken, filter, violations);
        violations.ThrowIfAny();
        var atMost = pageSize == 0 ? DefaultPage : pageSize;
        var found = await calls.ListAsync(filter, after, atMost + 1, context.Caller(), context.CancellationToken);
        var page = new List<Call>(found.Count);
        var bytes = 0;
        foreach (var listed in found)
        {
            var message = CallMessages.Write(listed.Call);
            bytes += message.CalculateSize();
            if (page.Count == atMost || (bytes > MostBytes && page.Count > 0))
            {
                return (page, PageToken.Write(filter, found[page.Count - 1].Place));
            }

            page.Add(message);
        }

        return (page, "");
    }

    private static DateTimeOffset? Time(string field, Timestamp? given, Violations violations)
    {
        try
        {
            return given?.ToDateTimeOffset();
        }
        catch (InvalidOperationException)
        {
            violations.Add(field, ViolationKey.OutOfRange, "0001-01-01", "9999-12-31");
            return null;
        }
    }

    private string? NameOf(string phone) =>
        routing.Tables.Employees.FirstOrDefault(employee => employee.Extension == phone || employee.Mobile == phone)?.Name;

    private static Guid RequiredIdentity(string text)
    {
        var violations = new Violations();
        var id = Identity("id", text, violations);
        if (id is null && violations.Found.Count == 0)
        {
            violations.Add("id", ViolationKey.Required);
        }

        violations.ThrowIfAny();
        return id!.Value;
    }

    private static Guid? Identity(string field, string text, Violations violations)
    {
        if (text.Length == 0)
        {
            return null;
        }

        if (!Guid.TryParseExact(text, "D", out var id))
        {
            violations.Add(field, ViolationKey.WrongFormat, "UUID");
            return null;
        }

        return id;
    }

    private static string Number(string field, string text, Violations violations)
    {
        if (!PhoneNumber.TryParse(text, out var number))
        {
            violations.Add(field, ViolationKey.NotANumber);
            return "";
        }

        return number.Digits;
    }

    private static string Phone(string field, string text, Violations violations) =>
        text.Length is >= 2 and <= 6 && text.All(char.IsAsciiDigit) ? text : Number(field, text, violations);

    // The database has the contract's words, in small letters.
    private static string? Word<T>(string field, T given, Violations violations)
        where T : struct, System.Enum
    {
        if (EqualityComparer<T>.Default.Equals(given, default))
        {
            return null;
        }

        if (!System.Enum.IsDefined(given))
        {
            violations.Add(field, ViolationKey.UnknownWord, string.Join(", ", System.Enum.GetValues<T>().Skip(1).Select(Lower)));
            return null;
        }

        return Lower(given);
    }

    private static string Lower<T>(T word)
        where T : struct, System.Enum => JsonNamingPolicy.SnakeCaseLower.ConvertName(word.ToString());
}
