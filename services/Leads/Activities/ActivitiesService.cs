using System.Globalization;
using CallCenterCrm.Activities.V1;
using CallCenterCrm.ServiceDefaults.Grpc;
using CallCenterCrm.ServiceDefaults.Input;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace CallCenterCrm.Leads.Activities;

/// <summary>protos/callcenter/activities/v1 over the notes of calls.</summary>
internal sealed class ActivitiesService(CallNotes notes) : CallCenterCrm.Activities.V1.Activities.ActivitiesBase
{
    // So many of the longest notes fit into the 4 MB that clients take by default.
    private const int MostCalls = 100;
    private const int LongestText = 10_000;

    public override async Task<ListCallNotesResponse> ListCallNotes(ListCallNotesRequest request, ServerCallContext context)
    {
        var violations = new Violations();
        if (request.CallIds.Count is 0 or > MostCalls)
        {
            violations.Add("call_ids", request.CallIds.Count == 0 ? ViolationKey.Required : ViolationKey.TooMany, MostCalls);
            violations.ThrowIfAny();
        }

        var calls = request.CallIds
            .Select((id, index) => violations.Identity(string.Create(CultureInfo.InvariantCulture, $"call_ids[{index}]"), id)).Distinct().ToArray();
        violations.ThrowIfAny();
        var found = await notes.ListAsync(calls, context.Caller(), context.CancellationToken);
        return new() { Notes = { found.Select(Write) } };
    }

    public override async Task<SaveCallNoteResponse> SaveCallNote(SaveCallNoteRequest request, ServerCallContext context)
    {
        var violations = new Violations();
        var call = violations.Identity("call_id", request.CallId);
        if (request.Version < 0)
        {
            violations.Add("version", ViolationKey.OutOfRange, 0, long.MaxValue);
        }

        var text = Text("text", request.Text, violations);
        var result = violations.Word("result", request.Result);
        violations.ThrowIfAny();
        return new() { Note = Write(await notes.SaveAsync(call, request.Version, text, result, context.Caller(), context.CancellationToken)) };
    }

    // As it was written, lines included: it is shown to whoever wrote it while he goes on writing.
    private static string Text(string field, string given, Violations violations)
    {
        var text = given.ReplaceLineEndings("\n");
        if (text.Length > LongestText)
        {
            violations.Add(field, ViolationKey.TooLong, LongestText);
        }

        if (text.Any(sign => char.IsControl(sign) && sign is not ('\n' or '\t')))
        {
            violations.Add(field, ViolationKey.WrongFormat, "letters, digits, signs");
        }

        return text;
    }

    private static CallCenterCrm.Activities.V1.CallNote Write(CallNote note) => new()
    {
        CallId = note.CallId.ToString(),
        Version = note.Version,
        Text = note.Text,
        Result = note.Result is null ? TalkResult.Unspecified : Words.Read<TalkResult>(note.Result),
        AuthorId = note.AuthorId?.ToString() ?? "",
        AuthorName = note.AuthorName ?? "",
        UpdatedAt = note.UpdatedAt?.ToTimestamp(),
    };
}
