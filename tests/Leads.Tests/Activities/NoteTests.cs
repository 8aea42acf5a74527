using CallCenterCrm.Activities.V1;
using CallCenterCrm.Contracts.Telephony.V1;
using CallCenterCrm.Leads.Tests.Support;
using CallCenterCrm.ServiceDefaults.Grpc;
using CallCenterCrm.Telephony.Api.Tests.Support;
using Google.Rpc;
using Grpc.Core;
using ActivitiesClient = CallCenterCrm.Activities.V1.Activities.ActivitiesClient;

namespace CallCenterCrm.Leads.Tests.Activities;

/// <summary>A call has one note; nobody writes over what he has not read, and nobody reads that of a call that is not his to see.</summary>
[Collection(LeadsTests.Name)]
public sealed class NoteTests(LeadsService leads)
{
    [Fact]
    public async Task A_note_is_written_before_the_call_is_known_and_stays_when_it_is()
    {
        var me = await leads.EmployAsync("Ольга Лидова");
        var call = Calls.TalkedUntil(leads.NewNumber(), DateTimeOffset.UtcNow);
        var note = await SaveAsync(As(me), call, 0, "Хочет сметлу\r\n\tдо пятницы", TalkResult.Interested);
        Assert.Equal((1, "Хочет сметлу\n\tдо пятницы", TalkResult.Interested, me.ToString(), "Ольга Лидова"), (note.Version, note.Text, note.Result, note.AuthorId, note.AuthorName));

        await leads.TellAsync(call);
        Assert.Equal(note, await OnlyAsync(As(me), call));
        Assert.Equal((2, "", TalkResult.Unspecified), (await SaveAsync(As(me), call, 1, "")) is var cleared ? (cleared.Version, cleared.Text, cleared.Result) : default);
        Assert.Equal(2, (await OnlyAsync(As(me), call)).Version);
    }

    [Fact]
    public async Task Of_many_who_write_on_the_same_version_one_succeeds_and_the_others_are_told_what_stands_there()
    {
        var writers = await Task.WhenAll(Enumerable.Range(0, 5).Select(index => leads.EmployAsync($"Менеджер {index}")));
        for (var round = 0; round < (Environment.GetEnvironmentVariable("CRM_FULL") == "1" ? 200 : 20); round++)
        {
            var call = Calls.Ringing(leads.NewNumber());
            for (var version = 0; version < 2; version++)
            {
                var answers = await Task.WhenAll(writers.Select(async writer =>
                {
                    try
                    {
                        return (Note: (CallNote?)await SaveAsync(As(writer), call, version, $"{writer} {version}", TalkResult.Sold), Refusal: (RpcException?)null);
                    }
                    catch (RpcException refusal)
                    {
                        return (Note: null, Refusal: refusal);
                    }
                }));

                var winner = Assert.Single(answers, answer => answer.Refusal is null).Note!;
                Assert.Equal(version + 1, winner.Version);
                Assert.All(answers.Where(answer => answer.Refusal is not null), answer =>
                {
                    Assert.Equal(StatusCode.Aborted, answer.Refusal!.StatusCode);
                    var info = RichStatus.Of(answer.Refusal)!.Detail<ErrorInfo>()!;
                    Assert.Equal(
                        ("CHANGED", winner.Version.ToString(System.Globalization.CultureInfo.InvariantCulture), winner.Text, "TALK_RESULT_SOLD", winner.AuthorId, winner.AuthorName),
                        (info.Reason, info.Metadata["version"], info.Metadata["text"], info.Metadata["result"], info.Metadata["by"], info.Metadata["name"]));
                });
            }
        }
    }

    [Fact]
    public async Task The_same_text_and_result_again_change_nothing_whoever_sends_them_on_whatever_version()
    {
        var (first, second) = (await leads.EmployAsync("Первый"), Guid.NewGuid());
        var call = Calls.Ringing(leads.NewNumber());
        var note = await SaveAsync(As(first), call, 0, "текст");
        Assert.Equal(note, await SaveAsync(As(first), call, 0, "текст"));
        Assert.Equal(note, await SaveAsync(As(second), call, 1, "текст"));

        // Nothing, where there was nothing, makes no note; and what was seen where nothing is was never there.
        var empty = Calls.Ringing(leads.NewNumber());
        Assert.Equal(0, (await SaveAsync(As(first), empty, 0, "")).Version);
        Assert.Empty((await As(first).ListCallNotesAsync(new() { CallIds = { empty.CallId.ToString() } })).Notes);
        var refusal = await Refused.WithAsync(StatusCode.Aborted, () => As(first).SaveCallNoteAsync(new() { CallId = empty.CallId.ToString(), Version = 3, Text = "x" }));
        Assert.Equal("0", RichStatus.Of(refusal)!.Detail<ErrorInfo>()!.Metadata["version"]);
    }

    [Fact]
    public async Task Of_a_long_text_a_refusal_holds_the_beginning()
    {
        var call = Calls.Ringing(leads.NewNumber());
        var text = new string('я', 999) + "😀" + new string('ю', 8999);
        Assert.Equal(text, (await SaveAsync(As(Guid.NewGuid()), call, 0, text)).Text);
        var refusal = await Refused.WithAsync(StatusCode.Aborted, () => As(Guid.NewGuid()).SaveCallNoteAsync(new() { CallId = call.CallId.ToString(), Text = "x" }));
        var info = RichStatus.Of(refusal)!.Detail<ErrorInfo>()!;
        Assert.Equal((new string('я', 999), "true"), (info.Metadata["text"], info.Metadata["cut"]));
    }

    [Fact]
    public async Task Who_sees_the_call_or_its_client_or_wrote_reads_and_writes_it_and_nobody_else()
    {
        var team = $"команда {Guid.NewGuid()}";
        var (owner, answered, joined, mate, stranger) = (
            await leads.EmployAsync("Ответственный"), await leads.EmployAsync("Ответил", Extension(), team), await leads.EmployAsync("Получил", Extension()),
            await leads.EmployAsync("Из команды", team: team), await leads.EmployAsync("Посторонний", Extension()));
        var number = leads.NewNumber();
        await leads.AddClientAsync("Клиент", owner, number);
        var call = Calls.TalkedUntil(number, DateTimeOffset.UtcNow) with
        {
            AnsweredBy = await ExtensionOfAsync(answered),
            Legs = [new CallLeg { Phone = await ExtensionOfAsync(stranger), DialledAt = DateTimeOffset.UtcNow, Rang = false }],
            Talks =
            [
                new CallTalk { Phone = await ExtensionOfAsync(answered), From = DateTimeOffset.UtcNow.AddMinutes(-1), Until = DateTimeOffset.UtcNow },
                new CallTalk { Phone = await ExtensionOfAsync(joined), From = DateTimeOffset.UtcNow.AddMinutes(-1), Until = DateTimeOffset.UtcNow },
            ],
        };
        var early = Guid.NewGuid();
        var note = await SaveAsync(leads.As<ActivitiesClient>(early, "own"), call, 0, "тайна");
        await leads.TellAsync(call);

        foreach (var (who, seer) in new[]
        {
            ("all", As(Guid.NewGuid())), ("responsible", Own(owner)), ("answered", Own(answered)), ("got it passed on", Own(joined)),
            ("of his team", leads.As<ActivitiesClient>(mate, "team", team)), ("wrote", Own(early)), ("system that sees all", leads.As<ActivitiesClient>(Guid.NewGuid(), kind: "system")),
        })
        {
            Assert.True((await seer.ListCallNotesAsync(new() { CallIds = { call.CallId.ToString() } })).Notes.SequenceEqual([note]), who);
            Assert.Equal(note, await SaveAsync(seer, call, 1, "тайна"));
        }

        foreach (var (who, blind) in new[]
        {
            ("stranger whose phone did not ring", Own(stranger)), ("of the team, sees his own", Own(mate)), ("nobody", Own(Guid.NewGuid())),
            ("system", leads.As<ActivitiesClient>(Guid.NewGuid(), "own", kind: "system")),
        })
        {
            Assert.True((await blind.ListCallNotesAsync(new() { CallIds = { call.CallId.ToString() } })).Notes.Count == 0, who);

            // Nor does a refusal of his version tell him what is written there.
            await Refused.WithAsync(StatusCode.NotFound, () => blind.SaveCallNoteAsync(new() { CallId = call.CallId.ToString(), Text = "x" }));
        }
    }

    [Fact]
    public async Task Who_wrote_goes_on_seeing_it_after_another_wrote()
    {
        var (first, second, owner) = (Guid.NewGuid(), Guid.NewGuid(), await leads.EmployAsync("Ответственный"));
        var number = leads.NewNumber();
        await leads.AddClientAsync("Клиент", owner, number);
        var call = Calls.Ringing(number);
        await SaveAsync(Own(first), call, 0, "а");
        await SaveAsync(Own(second), call, 1, "б");
        await leads.TellAsync(call);
        Assert.Equal(("б", second.ToString()), (await OnlyAsync(Own(first), call)) is var note ? (note.Text, note.AuthorId) : default);
    }

    [Fact]
    public async Task Of_nobodys_client_and_of_a_call_that_is_not_known_every_employee_sees_it_and_a_system_none()
    {
        var (known, unknown) = (Calls.Ringing(leads.NewNumber()), Calls.Ringing(leads.NewNumber()));
        await leads.TellAsync(known);
        await SaveAsync(As(Guid.NewGuid()), known, 0, "1");
        await SaveAsync(As(Guid.NewGuid()), unknown, 0, "2");
        var request = new ListCallNotesRequest { CallIds = { unknown.CallId.ToString(), known.CallId.ToString(), Guid.NewGuid().ToString() } };
        Assert.Equal(["2", "1"], (await Own(Guid.NewGuid()).ListCallNotesAsync(request)).Notes.Select(note => note.Text));
        Assert.Empty((await leads.As<ActivitiesClient>(Guid.NewGuid(), "own", kind: "system").ListCallNotesAsync(request)).Notes);
    }

    [Fact]
    public async Task What_is_wrong_is_told_at_once_by_field()
    {
        var bell = new SaveCallNoteRequest { Version = -1, Text = new string('я', 10_000) + "\a", Result = (TalkResult)99 };
        Assert.Equal(
            ["call_id REQUIRED", "result UNKNOWN_WORD", "text TOO_LONG", "text WRONG_FORMAT", "version OUT_OF_RANGE"], await Refused.FieldsAsync(() => As(Guid.NewGuid()).SaveCallNoteAsync(bell)));
        Assert.Equal(["text WRONG_FORMAT"], await Refused.FieldsAsync(() => As(Guid.NewGuid()).SaveCallNoteAsync(new() { CallId = Guid.NewGuid().ToString(), Text = "\0" })));
        Assert.Equal(["call_ids REQUIRED"], await Refused.FieldsAsync(() => As(Guid.NewGuid()).ListCallNotesAsync(new())));
        Assert.Equal(
            ["call_ids TOO_MANY"], await Refused.FieldsAsync(() => As(Guid.NewGuid()).ListCallNotesAsync(new() { CallIds = { Enumerable.Range(0, 101).Select(_ => Guid.NewGuid().ToString()) } })));
        Assert.Equal(["call_ids[1] WRONG_FORMAT"], await Refused.FieldsAsync(() => As(Guid.NewGuid()).ListCallNotesAsync(new() { CallIds = { Guid.NewGuid().ToString(), "x" } })));
    }

    private static int _extensions = 7000;

    private static string Extension() => Interlocked.Increment(ref _extensions).ToString(System.Globalization.CultureInfo.InvariantCulture);

    private static async Task<CallNote> SaveAsync(ActivitiesClient writer, CallChanged call, long version, string text, TalkResult result = TalkResult.Unspecified) =>
        (await writer.SaveCallNoteAsync(new() { CallId = call.CallId.ToString(), Version = version, Text = text, Result = result })).Note;

    private static async Task<CallNote> OnlyAsync(ActivitiesClient reader, CallChanged call) =>
        Assert.Single((await reader.ListCallNotesAsync(new() { CallIds = { call.CallId.ToString() } })).Notes);

    private async Task<string> ExtensionOfAsync(Guid employee) =>
        (await leads.QueryAsync<string>("SELECT extension FROM employees WHERE id = @employee", new { employee })).Single();

    private ActivitiesClient As(Guid employee) => leads.As<ActivitiesClient>(employee);

    private ActivitiesClient Own(Guid employee) => leads.As<ActivitiesClient>(employee, "own");
}
