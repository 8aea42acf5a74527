using System.Text.Json;
using CallCenterCrm.PublicApi.Tests.Support;
using CallCenterCrm.Telephony.Api.Tests.Support;
using CallCenterCrm.WebConsole.Tests.Support;
using Console = CallCenterCrm.WebConsole.Tests.Support.Console;

namespace CallCenterCrm.WebConsole.Tests;

/// <summary>What is pushed to a page.</summary>
[Collection(SharedConsole.Name)]
public sealed class LiveTests(Console console)
{
    [Fact]
    public async Task A_page_gets_the_calls_that_go_on_and_then_every_change()
    {
        var before = StoredCalls.Ringing(DateTimeOffset.UtcNow);
        await StoredCalls.SaveAsync(console.Services.Calls, before);
        using var browser = await console.OwnersBrowserAsync();
        await using var page = await browser.LiveAsync();

        await page.UntilAsync("calls", pushed => pushed.GetProperty("snapshot").GetBoolean()
            && pushed.GetProperty("calls").EnumerateArray().Any(call => call.GetProperty("id").GetString() == before.CallId.ToString()));
        await page.UntilAsync("telephony", pushed => pushed.GetProperty("connected").GetBoolean());
        var after = StoredCalls.Ringing(DateTimeOffset.UtcNow);
        await StoredCalls.SaveAsync(console.Services.Calls, after);
        var told = await page.UntilAsync("calls", pushed => !pushed.GetProperty("snapshot").GetBoolean()
            && pushed.GetProperty("calls")[0].GetProperty("id").GetString() == after.CallId.ToString());
        Assert.Equal("STATE_RINGING", told.GetProperty("calls")[0].GetProperty("state").GetString());
    }

    [Fact]
    public async Task A_stream_lives_on_behind_its_tokens_end_and_behind_the_gateways_death()
    {
        using var browser = await console.OwnersBrowserAsync();
        await using var page = await browser.LiveAsync();
        await page.UntilAsync("telephony", pushed => pushed.GetProperty("connected").GetBoolean());

        // Longer than a token and what clocks may differ.
        await Task.Delay(Stack.TokenLife + TimeSpan.FromSeconds(20));
        var first = StoredCalls.Ringing(DateTimeOffset.UtcNow);
        await StoredCalls.SaveAsync(console.Services.Calls, first);
        await page.UntilAsync("calls", pushed => IsOf(pushed, first.CallId));

        await console.Services.KillGatewayAsync();
        await page.UntilAsync("telephony", pushed => !pushed.GetProperty("connected").GetBoolean());
        var meanwhile = StoredCalls.Ringing(DateTimeOffset.UtcNow);
        await StoredCalls.SaveAsync(console.Services.Calls, meanwhile);
        await console.Services.StartGatewayAsync();
        await page.UntilAsync("calls", pushed => IsOf(pushed, meanwhile.CallId));
    }

    [Fact]
    public async Task A_page_is_told_who_takes_calls_as_soon_as_somebody_says_otherwise()
    {
        using var browser = await console.OwnersBrowserAsync();
        await using var page = await browser.LiveAsync();
        static JsonElement Olga(JsonElement people) => people.EnumerateArray().Single(person => person.GetProperty("id").GetString() == SampleTables.Olga);
        await page.UntilAsync("people", people => Olga(people).GetProperty("state").GetString() == "STATE_READY");

        await browser.AskAsync("callcenter.people.v1.People/SetState", new { employeeId = SampleTables.Olga, state = "STATE_AWAY" });

        await page.UntilAsync("people", people => Olga(people).GetProperty("state").GetString() == "STATE_AWAY");
    }

    private static bool IsOf(JsonElement pushed, Guid call) =>
        pushed.GetProperty("calls").EnumerateArray().Any(one => one.GetProperty("id").GetString() == call.ToString());
}
