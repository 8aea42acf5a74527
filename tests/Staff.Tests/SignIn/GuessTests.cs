using System.Diagnostics;
using CallCenterCrm.ServiceDefaults.Input;
using CallCenterCrm.Staff.SignIn;
using CallCenterCrm.Staff.Tests.Support;
using Xunit;

namespace CallCenterCrm.Staff.Tests.SignIn;

public sealed class GuessTests(PostgresServer server) : StaffTest(server)
{
    private const string Stranger = "198.51.100.7";

    [Fact]
    public async Task A_hundred_wrong_passwords_do_not_keep_the_owner_out_at_another_address()
    {
        var (employee, _) = await World.SignedInAsync();
        var name = employee.Profile.SignInName!;

        var lookedAt = 0;
        for (var i = 0; i < 100; i++)
        {
            lookedAt += await GuessAsync(name, Stranger) ? 1 : 0;
            World.Time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.InRange(lookedAt, GuessLimits.FreeFailures, 8);
        Assert.NotNull((await World.SignIn.SignInAsync(name, StaffWorld.Password, StaffWorld.Home, "phone", default)).Grant);

        // Nor at one from which he never came, since the stranger was stopped before he used up the account's guesses.
        Assert.NotNull((await World.SignIn.SignInAsync(name, StaffWorld.Password, "203.0.113.99", "phone", default)).Grant);
    }

    [Fact]
    public async Task Of_twenty_guesses_at_once_no_more_are_looked_at_than_of_twenty_in_a_row()
    {
        var (employee, _) = await World.SignedInAsync();

        var lookedAt = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => GuessAsync(employee.Profile.SignInName!, Stranger)));

        Assert.Equal(GuessLimits.FreeFailures, lookedAt.Count(looked => looked));
        Assert.Equal(GuessLimits.FreeFailures, await World.ScalarAsync<int>(
            "SELECT count(*)::int FROM audit WHERE action = 'sign_in.refused' AND target_id = @id", new { id = employee.Id.ToString() }));
    }

    [Fact]
    public async Task The_pause_doubles_and_ends_and_the_right_password_is_not_looked_at_meanwhile()
    {
        var (employee, _) = await World.SignedInAsync();
        var name = employee.Profile.SignInName!;
        for (var i = 0; i < GuessLimits.FreeFailures; i++)
        {
            Assert.True(await GuessAsync(name, Stranger));
        }

        foreach (var pause in (int[])[30, 60, 120, 240, 480, 900, 900])
        {
            var refused = await Assert.ThrowsAsync<TooOftenException>(() => World.SignIn.SignInAsync(name, StaffWorld.Password, Stranger, "", default));
            Assert.Equal(pause, refused.After.TotalSeconds, 0.001);
            World.Time.Advance(refused.After);
            Assert.True(await GuessAsync(name, Stranger));
        }

        World.Time.Advance(GuessLimits.LongestPause);
        Assert.NotNull((await World.SignIn.SignInAsync(name, StaffWorld.Password, Stranger, "", default)).Grant);

        // A success is a new beginning.
        Assert.True(await GuessAsync(name, Stranger));
        Assert.True(await GuessAsync(name, Stranger));
    }

    [Fact]
    public async Task A_thousand_addresses_guess_no_faster_than_the_accounts_rate_and_its_owner_comes_in_from_where_he_was()
    {
        var (employee, _) = await World.SignedInAsync();
        var name = employee.Profile.SignInName!;
        var lookedAt = 0;
        var hours = 4;
        for (var i = 0; i < 1000; i++)
        {
            lookedAt += await GuessAsync(name, $"10.{i / 200}.{i % 200}.1") ? 1 : 0;
            World.Time.Advance(TimeSpan.FromHours(hours) / 1000);
        }

        var allowed = GuessLimits.Account.Capacity + (GuessLimits.Account.PerSecond * TimeSpan.FromHours(hours).TotalSeconds);
        Assert.InRange(lookedAt, allowed - 1, allowed);
        Assert.NotNull((await World.SignIn.SignInAsync(name, StaffWorld.Password, StaffWorld.Home, "", default)).Grant);

        // From elsewhere he waits, and not for good: a little after the attack ends.
        await Assert.ThrowsAsync<TooOftenException>(() => World.SignIn.SignInAsync(name, StaffWorld.Password, "203.0.113.99", "", default));
        World.Time.Advance(TimeSpan.FromMinutes(7));
        Assert.NotNull((await World.SignIn.SignInAsync(name, StaffWorld.Password, "203.0.113.99", "", default)).Grant);
    }

    [Fact]
    public async Task One_address_tries_a_password_at_no_more_accounts_than_the_addresses_rate()
    {
        var lookedAt = 0;
        for (var i = 0; i < 100; i++)
        {
            lookedAt += await GuessAsync($"somebody{i}", Stranger) ? 1 : 0;
        }

        Assert.Equal((int)GuessLimits.Address.Capacity, lookedAt);
    }

    [Fact]
    public async Task An_unknown_name_is_refused_in_the_same_words_counted_alike_and_takes_as_long()
    {
        var (employee, _) = await World.SignedInAsync();
        var known = employee.Profile.SignInName!;
        var messages = new HashSet<string>(StringComparer.Ordinal);
        var times = new Dictionary<string, List<double>>(StringComparer.Ordinal) { [known] = [], ["nobody"] = [] };
        for (var i = 0; i < 15; i++)
        {
            foreach (var name in times.Keys)
            {
                var since = Stopwatch.GetTimestamp();
                var refused = await Assert.ThrowsAsync<NotSignedInException>(() => World.SignIn.SignInAsync(name, "wrong password", $"10.1.{i}.1", "", default));
                times[name].Add(Stopwatch.GetElapsedTime(since).TotalMilliseconds);
                messages.Add(refused.Message);
            }
        }

        Assert.Single(messages);

        // Without hashing, an unknown name would take a tenth of the time and less. What else runs here may double either.
        var ratio = Median(times["nobody"]) / Median(times[known]);
        Assert.InRange(ratio, 0.25, 4);

        for (var i = 0; i < 5; i++)
        {
            Assert.True(await GuessAsync("nobody", $"10.2.{i}.1"));
            Assert.True(await GuessAsync(known, $"10.2.{i}.1"));
        }

        Assert.False(await GuessAsync("nobody", "10.3.1.1"));
        Assert.False(await GuessAsync(known, "10.3.1.1"));
    }

    // True when the guess was looked at.
    private async Task<bool> GuessAsync(string name, string address)
    {
        try
        {
            await World.SignIn.SignInAsync(name, "wrong password", address, "", default);
            throw new InvalidOperationException("A wrong password was taken");
        }
        catch (NotSignedInException)
        {
            return true;
        }
        catch (TooOftenException)
        {
            return false;
        }
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
