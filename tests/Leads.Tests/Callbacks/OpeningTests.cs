using System.Globalization;
using CallCenterCrm.Contracts.Telephony.V1;
using CallCenterCrm.Leads.Tests.Support;
using Wire = CallCenterCrm.Callbacks.V1;

namespace CallCenterCrm.Leads.Tests.Callbacks;

[Collection(LeadsTests.Name)]
public sealed class OpeningTests(LeadsService leads)
{
    [Fact]
    public async Task Missed_calls_of_one_number_open_one_callback_with_every_miss_under_it()
    {
        var number = leads.NewNumber();
        await leads.TellAsync(Enumerable.Range(0, 10).Select(_ => Calls.Missed(number)));

        Assert.Equal(1, await leads.CountAsync("SELECT count(*) FROM callbacks WHERE number = @number AND client_id IS NULL", new { number }));
        Assert.Equal(10, await MissesAsync(number));
    }

    [Fact]
    public async Task A_thousand_misses_from_three_hundred_numbers_open_three_hundred_callbacks_with_all_of_them()
    {
        var numbers = Enumerable.Range(0, 300).Select(_ => leads.NewNumber()).ToArray();
        var misses = Enumerable.Range(0, 1000).Select(i => Calls.Missed(numbers[i % 300])).ToArray();
        await leads.TellAsync(misses);

        Assert.Equal(300, await leads.CountAsync("SELECT count(*) FROM callbacks WHERE number = ANY(@numbers)", new { numbers }));
        Assert.Equal(300, await leads.CountAsync("SELECT count(*) FROM callbacks WHERE number = ANY(@numbers) AND closed_at IS NULL", new { numbers }));
        var kept = await leads.QueryAsync<(string Number, Guid CallId)>(
            "SELECT number, call_id FROM callback_misses JOIN callbacks ON id = callback_id WHERE number = ANY(@numbers)", new { numbers });
        Assert.Equal(misses.Select(miss => (miss.PartyNumber!, miss.CallId)).Order(), kept.Order());
    }

    [Fact]
    public async Task Missed_calls_of_a_client_from_two_numbers_open_one_callback()
    {
        var client = Guid.NewGuid();
        string[] numbers = [leads.NewNumber(), leads.NewNumber()];
        await leads.ExecuteAsync(
            """
            INSERT INTO clients (id, kind, name, created_at) VALUES (@client, 'person', 'Иванов', now());
            INSERT INTO client_numbers (number, client_id) SELECT unnest(@numbers), @client
            """, new { client, numbers });

        await leads.TellAsync(numbers.SelectMany(number => Enumerable.Range(0, 5).Select(_ => Calls.Missed(number))));

        Assert.Equal(1, await leads.CountAsync("SELECT count(*) FROM callbacks WHERE client_id = @client", new { client }));
        Assert.Equal(10, await leads.CountAsync("SELECT count(*) FROM callback_misses JOIN callbacks ON id = callback_id WHERE client_id = @client", new { client }));
    }

    [Fact]
    public async Task Callbacks_of_two_numbers_that_become_one_client_are_never_both_taken_over()
    {
        for (var round = 0; round < 10; round++)
        {
            var client = Guid.NewGuid();
            string[] numbers = [leads.NewNumber(), leads.NewNumber()];
            await leads.TellAsync(numbers.Select(number => Calls.Missed(number)));
            await leads.ExecuteAsync(
                """
                INSERT INTO clients (id, kind, name, created_at) VALUES (@client, 'person', 'Иванов', now());
                INSERT INTO client_numbers (number, client_id) SELECT unnest(@numbers), @client
                """, new { client, numbers });

            await leads.TellAsync(numbers.Select(number => Calls.Missed(number)));

            Assert.Equal(1, await leads.CountAsync("SELECT count(*) FROM callbacks WHERE client_id = @client", new { client }));
        }
    }

    [Fact]
    public async Task An_answered_call_opens_none()
    {
        var number = leads.NewNumber();
        await leads.TellAsync(Calls.Ringing(number).Answered());
        Assert.Equal(0, await MissesAsync(number));
        Assert.Equal(0, await leads.CountAsync("SELECT count(*) FROM callbacks WHERE number = @number", new { number }));
    }

    [Fact]
    public async Task A_call_that_may_still_turn_out_answered_opens_none_until_it_is_settled()
    {
        var number = leads.NewNumber();
        var unsettled = Calls.Missed(number) with { Settled = false };
        await leads.TellAsync(unsettled);
        Assert.Equal(0, await MissesAsync(number));

        await leads.TellAsync(unsettled with { Version = unsettled.Version + 1, Settled = true });
        Assert.Equal(1, await MissesAsync(number));
    }

    [Fact]
    public async Task A_call_lost_in_transfer_opens_one_and_says_why()
    {
        var number = leads.NewNumber();
        await leads.TellAsync(Calls.Ringing(number).Answered() with { Result = CallResult.LostInTransfer });
        Assert.Equal(["lost_in_transfer"], await leads.QueryAsync<string>(
            "SELECT reason FROM callback_misses JOIN callbacks ON id = callback_id WHERE number = @number", new { number }));
    }

    [Theory]
    [InlineData(RecordingState.Ready, 12.5, Wire.MessageState.Ready)]
    [InlineData(RecordingState.Missing, null, Wire.MessageState.Lost)]
    [InlineData(RecordingState.Empty, 0.0, Wire.MessageState.Lost)]
    public async Task A_message_that_the_caller_left_is_told_with_the_miss_and_once_its_recording_was_looked_for(
        RecordingState recording, double? seconds, Wire.MessageState state)
    {
        var number = leads.NewNumber();
        var call = Calls.Missed(number).WithMessage();
        await leads.TellAsync(call);
        var before = await CallbackAsync(number);
        var miss = Assert.Single(before.Misses);
        Assert.Equal((Wire.MissReason.MessageLeft, new Wire.LeftMessage()), (miss.Reason, miss.Message));

        await leads.TellAsync(call.Recorded(recording, seconds));
        var after = await CallbackAsync(number);
        Assert.Equal(before.Version + 1, after.Version);
        var message = Assert.Single(after.Misses).Message;
        Assert.Equal((state, seconds), (message.State, message.Length?.ToTimeSpan().TotalSeconds));
        Assert.Equal(1, await leads.CountAsync(
            "SELECT count(*) FROM changes WHERE body->>'callbackId' = @id AND body->>'version' = @version AND body->'misses'->0->'message'->>'state' = @word",
            new { id = after.Id, version = after.Version.ToString(CultureInfo.InvariantCulture), word = recording.ToString().ToLowerInvariant() }));
    }

    [Fact]
    public async Task A_message_that_becomes_known_with_its_recording_at_once_is_the_same()
    {
        var number = leads.NewNumber();
        var call = Calls.Missed(number).WithMessage();
        await leads.TellAsync(call.Recorded(RecordingState.Ready, 3));
        await leads.TellAsync(call);

        Assert.Equal(Wire.MessageState.Ready, Assert.Single((await CallbackAsync(number)).Misses).Message.State);
    }

    [Fact]
    public async Task An_outgoing_call_that_nobody_answered_opens_none()
    {
        var number = leads.NewNumber();
        await leads.TellAsync(Calls.Ringing(number, direction: CallDirection.Out).Missed() with { Result = CallResult.NotAnswered, MissReason = null });
        Assert.Equal(0, await MissesAsync(number));
    }

    [Fact]
    public async Task A_later_version_of_a_miss_that_was_dealt_with_does_not_open_it_again()
    {
        var number = leads.NewNumber();
        var missed = Calls.Missed(number);
        await leads.TellAsync(missed);
        await leads.ExecuteAsync("UPDATE callbacks SET closed_at = opened_at, outcome = 'unreachable' WHERE number = @number", new { number });

        await leads.TellAsync(missed.Recorded());
        Assert.Equal(0, await leads.CountAsync("SELECT count(*) FROM callbacks WHERE number = @number AND closed_at IS NULL", new { number }));

        await leads.TellAsync(Calls.MissedAt(number, missed.EndedAt!.Value.AddHours(1)));
        Assert.Equal(1, await leads.CountAsync("SELECT count(*) FROM callbacks WHERE number = @number AND closed_at IS NULL", new { number }));
    }

    private async Task<Wire.Callback> CallbackAsync(string number) =>
        (await leads.As(Guid.NewGuid()).GetCallbackAsync(new() { Id = await leads.OpenIdAsync(number) })).Callback;

    private Task<long> MissesAsync(string number) =>
        leads.CountAsync("SELECT count(*) FROM callback_misses JOIN callbacks ON id = callback_id WHERE number = @number", new { number });
}
