using CallCenterCrm.Callbacks.V1;
using CallCenterCrm.Leads.Tests.Support;
using CallCenterCrm.ServiceDefaults.Grpc;
using CallCenterCrm.Telephony.Api.Tests.Support;
using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;

namespace CallCenterCrm.Leads.Tests.Callbacks;

/// <summary>No two ring the same person, and what one tried is known to the next.</summary>
[Collection(LeadsTests.Name)]
public sealed class LeaseTests(LeadsService leads)
{
    [Fact]
    public async Task Of_ten_who_take_a_callback_at_the_same_moment_one_has_it_and_the_others_are_told_who()
    {
        var takers = await Task.WhenAll(Enumerable.Range(0, 10).Select(index => leads.EmployAsync($"Менеджер {index}")));
        for (var round = 0; round < (Environment.GetEnvironmentVariable("CRM_FULL") == "1" ? 200 : 20); round++)
        {
            var id = await OpenAsync(leads.NewNumber());
            var begun = DateTimeOffset.UtcNow;
            var answers = await Task.WhenAll(takers.Select(async taker =>
            {
                try
                {
                    return (Taker: taker, Lease: (await leads.As(taker).TakeCallbackAsync(new() { Id = id })).Callback.Lease, Refusal: (RpcException?)null);
                }
                catch (RpcException refusal)
                {
                    return (Taker: taker, Lease: (Lease?)null, Refusal: refusal);
                }
            }));

            var winner = Assert.Single(answers, answer => answer.Refusal is null);
            Assert.Equal((winner.Taker.ToString(), 1), (winner.Lease!.EmployeeId, winner.Lease.Number));
            Assert.InRange(winner.Lease.Until.ToDateTimeOffset(), begun.AddMinutes(10).AddSeconds(-1), DateTimeOffset.UtcNow.AddMinutes(10));
            Assert.All(answers.Where(answer => answer.Refusal is not null), answer =>
            {
                Assert.Equal(StatusCode.FailedPrecondition, answer.Refusal!.StatusCode);
                var info = RichStatus.Of(answer.Refusal)!.Detail<ErrorInfo>()!;
                Assert.Equal(("HELD", winner.Taker.ToString(), winner.Lease.EmployeeName), (info.Reason, info.Metadata["by"], info.Metadata["name"]));
                Assert.Equal(winner.Lease.Until.ToDateTimeOffset(), DateTimeOffset.Parse(info.Metadata["until"], System.Globalization.CultureInfo.InvariantCulture), TimeSpan.FromMilliseconds(1));
            });
        }
    }

    [Fact]
    public async Task Who_has_it_renews_it_and_what_ran_out_or_was_given_back_is_for_anybody_under_the_next_number()
    {
        var (first, second) = (Guid.NewGuid(), Guid.NewGuid());
        var id = await OpenAsync(leads.NewNumber());
        var lease = (await leads.As(first).TakeCallbackAsync(new() { Id = id })).Callback.Lease;
        await leads.ExecuteAsync("UPDATE callbacks SET lease_until = now() + interval '1 minute' WHERE id = @id::uuid", new { id });
        var renewed = (await leads.As(first).TakeCallbackAsync(new() { Id = id })).Callback.Lease;
        Assert.Equal((1, lease.TakenAt), (renewed.Number, renewed.TakenAt));
        Assert.True(renewed.Until >= lease.Until);

        await leads.ExecuteAsync("UPDATE callbacks SET lease_until = now() WHERE id = @id::uuid", new { id });
        var taken = await leads.As(second).TakeCallbackAsync(new() { Id = id });
        Assert.Equal((State.Leased, 2, second.ToString()), (taken.Callback.State, taken.Callback.Lease.Number, taken.Callback.Lease.EmployeeId));

        // What the first one had is no longer his.
        var refusal = await Refused.WithAsync(StatusCode.FailedPrecondition, () => leads.As(first).ReleaseCallbackAsync(new() { Id = id, LeaseNumber = 1 }));
        Assert.Equal("HELD", RichStatus.Of(refusal)!.Detail<ErrorInfo>()!.Reason);
        var given = (await leads.As(second).ReleaseCallbackAsync(new() { Id = id, LeaseNumber = 2 })).Callback;
        var again = (await leads.As(second).ReleaseCallbackAsync(new() { Id = id, LeaseNumber = 2 })).Callback;
        Assert.Equal((State.Open, null, given.Version), (given.State, given.Lease.Until, again.Version));
        await Refused.WithAsync(StatusCode.Aborted, () => leads.As(first).ReleaseCallbackAsync(new() { Id = id, LeaseNumber = 1 }));
        Assert.Equal(3, (await leads.As(first).TakeCallbackAsync(new() { Id = id })).Callback.Lease.Number);
    }

    [Fact]
    public async Task A_closed_one_cannot_be_taken_given_back_or_postponed()
    {
        var (me, number) = (Guid.NewGuid(), leads.NewNumber());
        var id = await OpenAsync(number);
        await leads.As(me).TakeCallbackAsync(new() { Id = id });
        await leads.TellAsync(Calls.TalkedUntil(number, DateTimeOffset.UtcNow));
        foreach (var step in new Func<Task<RpcException>>[]
        {
            () => Refused.WithAsync(StatusCode.FailedPrecondition, () => leads.As(me).TakeCallbackAsync(new() { Id = id })),
            () => Refused.WithAsync(StatusCode.FailedPrecondition, () => leads.As(me).ReleaseCallbackAsync(new() { Id = id, LeaseNumber = 1 })),
            () => Refused.WithAsync(StatusCode.FailedPrecondition, () => leads.As(me).PostponeCallbackAsync(Postpone(id, 1, DateTimeOffset.UtcNow.AddHours(1)))),
        })
        {
            Assert.Equal("CLOSED", RichStatus.Of(await step())!.Detail<ErrorInfo>()!.Reason);
        }
    }

    [Fact]
    public async Task A_postponed_one_comes_back_when_it_was_said_and_at_once_when_the_client_calls_again()
    {
        var (me, number) = (await leads.EmployAsync("Ольга"), leads.NewNumber());
        var id = await OpenAsync(number);
        await leads.As(me).TakeCallbackAsync(new() { Id = id });
        var later = DateTimeOffset.UtcNow.AddHours(3);
        var request = Postpone(id, 1, later);
        request.Note = "после обеда";
        var postponed = (await leads.As(me).PostponeCallbackAsync(request)).Callback;
        Assert.Equal((State.Postponed, later.ToTimestamp(), "после обеда", null), (postponed.State, Micro(postponed.DueAt, later), postponed.Note, postponed.Lease.Until));
        var attempt = Assert.Single(postponed.Tries);
        Assert.Equal((me.ToString(), "Ольга", TryResult.AskedLater, "после обеда"), (attempt.EmployeeId, attempt.EmployeeName, attempt.Result, attempt.Note));

        // The answer was lost, and it is sent again.
        Assert.Single((await leads.As(me).PostponeCallbackAsync(request)).Callback.Tries);

        // A call from before he was rung asks for nothing new; one from after does.
        await leads.TellAsync(Calls.MissedAt(number, DateTimeOffset.UtcNow.AddMinutes(-10)));
        Assert.Equal(State.Postponed, (await leads.As(me).GetCallbackAsync(new() { Id = id })).Callback.State);
        await leads.TellAsync(Calls.MissedAt(number, DateTimeOffset.UtcNow));
        var back = (await leads.As(me).GetCallbackAsync(new() { Id = id })).Callback;
        Assert.Equal((State.Open, 3), (back.State, back.Misses.Count));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_call_and_the_note_of_the_same_lease_are_one_try_whichever_is_known_first(bool callFirst)
    {
        var extension = leads.NewNumber()[^6..];
        var (me, number) = (await leads.EmployAsync("Олег", extension), leads.NewNumber());
        var id = await OpenAsync(number);
        await leads.As(me).TakeCallbackAsync(new() { Id = id });
        var call = Calls.InVain(number, DateTimeOffset.UtcNow, extension);
        var later = DateTimeOffset.UtcNow.AddHours(2);
        foreach (var step in callFirst ? new[] { true, false } : [false, true])
        {
            await (step ? leads.TellAsync(call) : leads.As(me).PostponeCallbackAsync(Postpone(id, 1, later)).ResponseAsync);
        }

        var tried = (await leads.As(me).GetCallbackAsync(new() { Id = id })).Callback;
        var attempt = Assert.Single(tried.Tries);
        Assert.Equal((me.ToString(), call.CallId.ToString(), TryResult.AskedLater), (attempt.EmployeeId, attempt.CallId, attempt.Result));
        Assert.Equal(later.ToTimestamp(), Micro(tried.DueAt, later));
    }

    [Fact]
    public async Task A_call_that_nobody_answered_brings_it_back_after_half_an_hour_and_the_fifth_closes_it_as_unreachable()
    {
        var (me, number, start) = (Guid.NewGuid(), leads.NewNumber(), DateTimeOffset.UtcNow.AddMinutes(-20));
        var id = await OpenAsync(number, start.AddHours(-1));
        for (var i = 1; i < 5; i++)
        {
            await leads.TellAsync(Calls.InVain(number, start.AddMinutes(i)));
            var tried = (await leads.As(me).GetCallbackAsync(new() { Id = id })).Callback;
            var due = start.AddMinutes(i + 30).AddSeconds(30);
            Assert.Equal((State.Postponed, i, due.ToTimestamp()), (tried.State, tried.Tries.Count, Micro(tried.DueAt, due)));
        }

        await leads.TellAsync(Calls.InVain(number, start.AddMinutes(5)));
        var over = (await leads.As(me).GetCallbackAsync(new() { Id = id })).Callback;
        Assert.Equal((State.Closed, Outcome.Unreachable, "", 5), (over.State, over.Outcome, over.EvidenceCallId, over.Tries.Count));

        // A miss from before belongs to it; when he calls again there is a new one.
        await leads.TellAsync(Calls.MissedAt(number, start));
        Assert.Equal(2, (await leads.As(me).GetCallbackAsync(new() { Id = id })).Callback.Misses.Count);
        await leads.TellAsync(Calls.MissedAt(number, start.AddMinutes(6)));
        Assert.NotEqual(id, await leads.OpenIdAsync(number));
    }

    [Fact]
    public async Task What_is_wrong_with_a_postponement_is_told_at_once()
    {
        var me = leads.As(Guid.NewGuid());
        Assert.Equal(["due_at REQUIRED", "id REQUIRED", "lease_number REQUIRED", "result REQUIRED"], await Refused.FieldsAsync(() => me.PostponeCallbackAsync(new())));
        var wrong = Postpone("7", -1, DateTimeOffset.UtcNow.AddMinutes(-1));
        (wrong.Result, wrong.Note) = ((TryResult)77, new string('ы', 2001));
        Assert.Equal(
            ["due_at IN_THE_PAST", "id WRONG_FORMAT", "lease_number REQUIRED", "note TOO_LONG", "result UNKNOWN_WORD"],
            await Refused.FieldsAsync(() => me.PostponeCallbackAsync(wrong)));
        Assert.Equal(["due_at OUT_OF_RANGE"], await Refused.FieldsAsync(() => me.PostponeCallbackAsync(Postpone(Guid.NewGuid().ToString(), 1, DateTimeOffset.UtcNow.AddDays(91)))));
    }

    private static PostponeCallbackRequest Postpone(string id, long lease, DateTimeOffset due) =>
        new() { Id = id, LeaseNumber = lease, Result = TryResult.AskedLater, DueAt = due.ToTimestamp() };

    // The database keeps microseconds.
    private static Timestamp Micro(Timestamp kept, DateTimeOffset given) =>
        (kept.ToDateTimeOffset() - given).Duration() < TimeSpan.FromMicroseconds(2) ? given.ToTimestamp() : kept;

    private async Task<string> OpenAsync(string number, DateTimeOffset? at = null)
    {
        await leads.TellAsync(Calls.MissedAt(number, at ?? DateTimeOffset.UtcNow.AddMinutes(-5)));
        return await leads.OpenIdAsync(number);
    }
}
