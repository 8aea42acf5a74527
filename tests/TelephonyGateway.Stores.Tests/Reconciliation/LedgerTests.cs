using System.Globalization;
using CallCenterCrm.Contracts.Telephony.V1;
using CallCenterCrm.Telephony.Asterisk;
using CallCenterCrm.Telephony.Calls;
using CallCenterCrm.Telephony.Reconciliation;
using CallCenterCrm.Telephony.Stores.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace CallCenterCrm.Telephony.Stores.Tests.Reconciliation;

/// <summary>The ledger of an hour, from files as Asterisk writes them and calls as the gateway stores them.</summary>
[Collection(DatabaseTests.Name)]
public sealed class LedgerTests(DatabaseServer server) : IAsyncLifetime
{
    private const string System = "a1b2c3d4e5f60718";
    private static readonly DateTimeOffset From = new(2026, 3, 2, 9, 0, 0, TimeSpan.Zero);
    private readonly Clock _time = new() { Now = From.AddSeconds(-1) };
    private Database _database = null!;
    private LedgerStore _store = null!;
    private LedgerReader _ledger = null!;

    public async Task InitializeAsync()
    {
        _database = await Database.NewAsync(server);
        _store = new LedgerStore(_database.Source, _database.Helm);
        _ledger = new LedgerReader(_database.Settings, _database.Source, _time);

        // Before the hour both witnesses were there, and had nothing to tell.
        await ReadAsync();
        _time.Now = From.AddHours(2);
    }

    public async Task DisposeAsync() => await _database.DisposeAsync();

    [Fact]
    public async Task Witnesses_that_agree_with_what_is_recorded_leave_zero_lost_however_often_they_are_read()
    {
        await CallAsync("1", 60);
        await CallAsync("2", 120);
        for (var time = 0; time < 3; time++)
        {
            await _database.ExecuteAsync("UPDATE ledger_witnesses SET head = NULL, position = 0");
            await ReadAsync();
            var hour = await HourAsync();
            Assert.Equal((HourState.ZeroLost, new HourCounts(2, 2, 2, 0, 0, 0, 0)), (hour.State, hour.Counts));
            Assert.Empty(hour.Gaps);
        }
    }

    [Fact]
    public async Task A_call_that_is_not_recorded_is_a_gap_with_its_channel_until_it_is_filled_in()
    {
        await CallAsync("1", 60);
        Cel("2", 120);
        Cdr("2", 120, 130);
        await ReadAsync();
        var hour = await HourAsync();
        Assert.Equal((HourState.Gaps, new HourCounts(2, 2, 1, 0, 0, 0, 1)), (hour.State, hour.Counts));
        Assert.Equal([new Gap(CallId.Of("office", $"{System}-2"), $"{System}-2", From.AddSeconds(120), true, true, false, false)], hour.Gaps);

        await StoreAsync("2", 120, recordedAfter: 600);
        hour = await HourAsync();
        Assert.Equal((HourState.ZeroLost, new HourCounts(2, 2, 2, 0, 0, 1, 0)), (hour.State, hour.Counts));
        Assert.True(Assert.Single(hour.Gaps).BackFilled);
    }

    [Theory]
    [InlineData(true, false, true)]
    [InlineData(false, true, true)]
    [InlineData(false, false, true)]
    [InlineData(false, true, false)]
    public async Task Whoever_misses_a_call_is_named(bool inCel, bool inCdr, bool recorded)
    {
        await CallAsync("1", 60);
        if (inCel)
        {
            Cel("2", 120);
        }

        if (inCdr)
        {
            Cdr("2", 120, 130);
        }

        if (recorded)
        {
            await StoreAsync("2", 120);
        }

        await ReadAsync();
        var hour = await HourAsync();
        Assert.Equal(HourState.Gaps, hour.State);
        var gap = Assert.Single(hour.Gaps);
        Assert.Equal(($"{System}-2", inCel, inCdr, recorded), (gap.UniqueId, gap.InCel, gap.InCdr, gap.InCalls));
    }

    [Fact]
    public async Task A_call_cut_by_a_crash_has_no_detail_record_and_is_no_gap_but_the_hour_of_the_crash_is_not_known()
    {
        await CallAsync("1", 60);
        Cel("2", 120);
        await StoreAsync("2", 120, cut: true);
        await ReadAsync();
        var hour = await HourAsync();
        Assert.Equal((HourState.ZeroLost, 1, 0), (hour.State, hour.Counts.Cut, hour.Counts.Missing));

        // The first start of all is no crash, and one that is told twice, a second apart, is one.
        await _store.RestartedAsync("office", From.AddDays(-1), CancellationToken.None);
        await _store.RestartedAsync("office", From.AddSeconds(300), CancellationToken.None);
        await _store.RestartedAsync("office", From.AddSeconds(301), CancellationToken.None);
        hour = await HourAsync();
        Assert.Equal((HourState.Unknown, 0), (hour.State, hour.Counts.Missing));
        Assert.Equal(
            [new HourFault(Witness.Cdr, Crash), new HourFault(Witness.Cel, Crash)], hour.Faults.OrderByDescending(fault => fault.Witness));
    }

    private static WitnessFault Crash => new(FaultKind.PbxRestarted, From.AddSeconds(120), From.AddSeconds(300));

    [Fact]
    public async Task An_unreadable_head_leaves_its_hour_unknown_and_the_next_one_without_loss()
    {
        await CallAsync("1", 60);
        File.AppendAllText(_database.Settings.CelFile, $"{{\"uniqueid\":\"{System}-9\n");
        await CallAsync("2", 3500);
        await CallAsync("3", 3700);
        await ReadAsync();
        var hours = await _ledger.HoursAsync(From, From.AddHours(2), CancellationToken.None);
        Assert.Equal([HourState.Unknown, HourState.ZeroLost], hours.Select(hour => hour.State));
        Assert.Equal(new HourFault(Witness.Cel, new WitnessFault(FaultKind.Unreadable, From.AddSeconds(70), From.AddSeconds(3500))), Assert.Single(hours[0].Faults));
    }

    [Fact]
    public async Task An_hour_that_no_witness_has_read_to_its_end_is_open_and_a_witness_left_unread_is_a_fault()
    {
        await CallAsync("1", 60);
        _time.Now = From.AddMinutes(50);
        await ReadAsync();
        Assert.Equal((HourState.Open, 0), (await HourAsync()) is var open ? (open.State, open.Faults.Count) : default);
        _time.Now = From.AddHours(2);
        var unread = await HourAsync();
        Assert.Equal((HourState.Open, 2), (unread.State, unread.Faults.Count(told => told.Fault is { Kind: FaultKind.Unread } fault && fault.From == From.AddMinutes(50))));

        // As much of it as was read is closed, and it is without loss.
        Assert.Equal(HourState.ZeroLost, Assert.Single(await _ledger.HoursAsync(From, From.AddMinutes(49), CancellationToken.None)).State);
    }

    [Fact]
    public async Task A_call_that_goes_on_keeps_its_hour_open_and_one_that_just_ended_is_not_missed_yet()
    {
        Cel("1", 60);
        await StoreAsync("1", 60, ended: false);
        await ReadAsync();
        Assert.Equal((HourState.Open, 1), (await HourAsync()) is var open ? (open.State, open.Counts.Pending) : default);

        await StoreAsync("1", 60);
        _time.Now = From.AddSeconds(70);
        await ReadAsync();
        Assert.Equal(0, Assert.Single(await _ledger.HoursAsync(From, From.AddSeconds(70), CancellationToken.None)).Counts.Missing);
    }

    [Fact]
    public async Task What_CEL_alone_has_is_filled_in_once_and_without_doubles()
    {
        foreach (var (id, at) in ((string, int)[])[("1", 60), ("2", 120), ("3", 180)])
        {
            Cel(id, at);
            Cdr(id, at, at + 10);
        }

        await ReadAsync();
        Assert.Equal(3, (await HourAsync()).Counts.Missing);

        // Twice: the second gateway reads the log anew from its beginning.
        for (var time = 0; time < 2; time++)
        {
            await BackFillAsync();
            Assert.Equal(3, await _database.CountAsync("SELECT count(*) FROM calls"));
            Assert.Equal(3, await _database.CountAsync("SELECT count(*) FROM calls WHERE direction = 'in' AND result = 'missed' AND settled AND version = 1"));
            var hour = await HourAsync();
            Assert.Equal((HourState.ZeroLost, new HourCounts(3, 3, 3, 0, 0, 3, 0)), (hour.State, hour.Counts));
        }
    }

    [Fact]
    public async Task A_gap_older_than_five_minutes_is_told_in_health()
    {
        using var check = new GapCheck(_ledger, _database.Service, _time, NullLogger<GapCheck>.Instance);
        Assert.Equal("a witness of the PBX was read up to 2026-03-02 08:59:59Z only", await check.LookAsync(CancellationToken.None));
        Cel("1", 60);
        Cdr("1", 60, 70);
        _time.Now = From.AddSeconds(60 + 299);
        await ReadAsync();
        Assert.Null(await check.LookAsync(CancellationToken.None));
        _time.Now = From.AddSeconds(60 + 301);
        await ReadAsync();
        Assert.Equal("1 calls of the last day are missing with us or with a witness of the PBX", await check.LookAsync(CancellationToken.None));
        await StoreAsync("1", 60);
        Assert.Null(await check.LookAsync(CancellationToken.None));
    }

    private async Task BackFillAsync()
    {
        using var desk = new CallDesk(_time);
        var store = new CallStore(_database.Source, _database.Helm);
        using var tail = new CelTail(_database.Settings, desk, store, _database.Helm, _time, NullLogger<CelTail>.Instance);
        await tail.StartAsync(CancellationToken.None);
        await Servers.Until.TrueAsync("the log is read", () => Task.FromResult(desk.CaughtUp), () => Task.FromResult(""));
        await store.SaveAsync("office", desk.TakeChanged(), Samples.Tables, CancellationToken.None);
        desk.Stored();
        await tail.StopAsync(CancellationToken.None);
    }

    private async Task ReadAsync()
    {
        foreach (var (witness, file) in ((Witness, string)[])[(Witness.Cel, _database.Settings.CelFile), (Witness.Cdr, _database.Settings.CdrFile)])
        {
            using var reader = new WitnessReader(witness, file, System, await _store.PlaceAsync("office", witness, CancellationToken.None), _time, _ => 0.5);
            WitnessReading read;
            do
            {
                read = reader.Read();
                await _store.SaveAsync("office", witness, read, CancellationToken.None);
            }
            while (!read.AtEnd);
        }
    }

    private async Task<LedgerHour> HourAsync() => Assert.Single(await _ledger.HoursAsync(From, From.AddHours(1), CancellationToken.None));

    private async Task CallAsync(string id, int at)
    {
        Cel(id, at);
        Cdr(id, at, at + 10);
        await StoreAsync(id, at);
    }

    private async Task StoreAsync(string id, int at, bool cut = false, bool ended = true, int recordedAfter = 0)
    {
        var started = From.AddSeconds(at);
        var call = Samples.Ringing($"{System}-{id}") with { StartedAt = started, Legs = [] };
        if (ended)
        {
            call = call with { State = CallState.Ended, EndedAt = started.AddSeconds(10), Result = CallResult.Missed, MissReason = MissReason.Abandoned, Cut = cut, Settled = true };
        }

        await new CallStore(_database.Source, _database.Helm).SaveAsync("office", [(call, null)], Samples.Tables, CancellationToken.None);
        await _database.ExecuteAsync(
            "UPDATE calls SET recorded_at = @recorded WHERE id = @id", new { recorded = started.AddSeconds(recordedAfter), id = CallId.Of("office", $"{System}-{id}") });
    }

    private void Cel(string id, int at)
    {
        Cel(id, at, "CHAN_START", "");
        Cel(id, at, "CRM_INCOMING", "{\\\"extra\\\":\\\"74951000001-allowed\\\"}");
        Cel(id, at + 10, "HANGUP", "{\\\"hangupcause\\\":16,\\\"hangupsource\\\":\\\"PJSIP/trunk-" + id + "\\\"}");
        Cel(id, at + 10, "CHAN_END", "");
        Cel(id, at + 10, "LINKEDID_END", "");
    }

    private void Cel(string id, int at, string type, string extra) => File.AppendAllText(_database.Settings.CelFile, string.Create(
        CultureInfo.InvariantCulture,
        $"{{\"uniqueid\":\"{System}-{id}\",\"linkedid\":\"{System}-{id}\",\"eventtype\":\"{type}\",\"eventtime\":\"{From.AddSeconds(at).ToUnixTimeSeconds()}.000000\",\"channame\":\"PJSIP/trunk-{id}\",\"eventextra\":\"{extra}\",\"exten\":\"74951000001\",\"num\":\"7916000000{id}\"}}\n"));

    private void Cdr(string id, int at, int end) => File.AppendAllText(_database.Settings.CdrFile, string.Create(
        CultureInfo.InvariantCulture,
        $"{{\"uniqueid\":\"{System}-{id}\",\"start\":{From.AddSeconds(at).ToUnixTimeSeconds()}.000000,\"end\":{From.AddSeconds(end).ToUnixTimeSeconds()}.000000,\"crmcall\":\"{System}-{id}\"}}\n"));

    private sealed class Clock : TimeProvider
    {
        public DateTimeOffset Now { get; set; }

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
