using System.Globalization;
using System.Text;
using System.Text.Json;
using CallCenterCrm.Contracts.Telephony.V1;
using CallCenterCrm.Messaging;
using CallCenterCrm.Servers;
using CallCenterCrm.Telephony.Calls;
using CallCenterCrm.Telephony.Recordings;
using CallCenterCrm.Telephony.Stores.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace CallCenterCrm.Telephony.Stores.Tests.Recordings;

[Collection(DatabaseTests.Name)]
public sealed class RecordingCheckTests(DatabaseServer server) : IAsyncLifetime
{
    private Database _database = null!;
    private RecordingCheck _check = null!;

    public async Task InitializeAsync()
    {
        _database = await Database.NewAsync(server);
        _check = new RecordingCheck(_database.Settings, _database.Source, _database.Helm, TimeProvider.System, NullLogger<RecordingCheck>.Instance);
        await _check.StartAsync(CancellationToken.None);
    }

    public async Task DisposeAsync()
    {
        await _check.StopAsync(CancellationToken.None);
        _check.Dispose();
        await _database.DisposeAsync();
    }

    [Theory]
    [InlineData(16_000, null, false, 1.0)]
    [InlineData(1_336_000, null, false, 83.5)]
    [InlineData(16_000, 0, false, 1.0)]
    [InlineData(16_000, -1, false, 1.0)]
    [InlineData(24_000, null, true, 1.5)]
    public async Task A_good_file_is_ready_with_its_size_length_and_checksum(int bytes, int? writtenSize, bool extraChunk, double seconds)
    {
        // A PBX that was killed never wrote the sizes into the header; some programs put a chunk of words before the sound.
        var content = SoundFile.Make(bytes, writtenSize, extraChunk ? "INFOISFT\u0005\0\0\0Lavf5"u8.ToArray() : null);
        await WriteAsync("c-1.wav", content);
        await AddCallAsync("c-1");

        var row = await CheckedAsync("c-1");
        Assert.Equal(("ready", content.Length, seconds), (row.State, row.Bytes, row.Seconds));
        Assert.Equal(await SoundFile.Sha256Async(PathOf("c-1.wav")), row.Sha256);
        var published = await LastPublishedAsync("c-1");
        Assert.Equal((RecordingState.Ready, content.Length, seconds, row.Sha256), (published.Recording!.State, published.Recording.Bytes, published.Recording.Seconds, published.Recording.Sha256));
        Assert.Equal(2, published.Version);
    }

    [Fact]
    public async Task A_file_that_never_appeared_though_somebody_talked_is_missing()
    {
        await AddCallAsync("c-1");
        var row = await CheckedAsync("c-1");
        Assert.Equal(("missing", null, null, null), (row.State, row.Bytes, row.Seconds, row.Sha256));
        Assert.Equal(RecordingState.Missing, (await LastPublishedAsync("c-1")).Recording!.State);
    }

    [Fact]
    public async Task A_call_that_was_never_recorded_though_somebody_talked_is_missing_its_recording()
    {
        await AddCallAsync("c-1", call => call with { RecordingFile = null });
        Assert.Equal("missing", (await CheckedAsync("c-1")).State);
    }

    [Theory]
    [InlineData(44)]
    [InlineData(0)]
    public async Task A_file_without_sound_though_somebody_talked_is_empty(int length)
    {
        await WriteAsync("c-1.wav", SoundFile.Make(0)[..length]);
        await AddCallAsync("c-1");
        var row = await CheckedAsync("c-1");
        Assert.Equal(("empty", length), (row.State, row.Bytes));
    }

    [Theory]
    [InlineData("RIFX")]
    [InlineData("not a sound file at all, but long enough to be one")]
    [InlineData("RIFF....WAVE")]
    [InlineData("RIFF....WAVEfmt \u0010\0\0\0")]
    [InlineData("RIFF....WAVEdata....")]
    public async Task A_file_with_a_damaged_header_is_damaged(string text)
    {
        var content = Encoding.ASCII.GetBytes(text);
        await WriteAsync("c-1.wav", content);
        await AddCallAsync("c-1");
        var row = await CheckedAsync("c-1");
        Assert.Equal(("damaged", content.Length, null), (row.State, row.Bytes, row.Seconds));
        Assert.Equal(await SoundFile.Sha256Async(PathOf("c-1.wav")), row.Sha256);
    }

    [Fact]
    public async Task A_header_with_an_absurd_rate_is_damaged_and_stops_nothing()
    {
        // At a byte a second it would be longer than a column of seconds can hold.
        await WriteAsync("c-1.wav", SoundFile.Make(16_000, bytesPerSecond: 1));
        await using (var file = File.OpenWrite(PathOf("c-1.wav")))
        {
            file.SetLength(20_000_000);
        }

        await AddCallAsync("c-1");
        await WriteAsync("c-2.wav", SoundFile.Make(16_000));
        await AddCallAsync("c-2");
        Assert.Equal("damaged", (await CheckedAsync("c-1")).State);
        Assert.Equal("ready", (await CheckedAsync("c-2")).State);
    }

    [Fact]
    public async Task A_call_in_which_nobody_talked_has_nothing_to_record_whatever_lies_there()
    {
        await AddCallAsync("c-1", Unanswered);
        await WriteAsync("c-2.wav", SoundFile.Make(0));
        await AddCallAsync("c-2", Unanswered);
        await WriteAsync("c-3.wav", []);
        await AddCallAsync("c-3", Unanswered);

        Assert.Equal("nothing_to_record", (await CheckedAsync("c-1")).State);
        Assert.Equal("nothing_to_record", (await CheckedAsync("c-2")).State);
        Assert.Equal("nothing_to_record", (await CheckedAsync("c-3")).State);
    }

    [Fact]
    public async Task A_message_is_the_recording_of_a_call_that_nobody_answered()
    {
        await WriteAsync("c-1-message.wav", SoundFile.Make(64_000));
        await AddCallAsync("c-1", LeftMessage);
        await AddCallAsync("c-2", LeftMessage);
        await WriteAsync("c-3-message.wav", SoundFile.Make(0));
        await AddCallAsync("c-3", LeftMessage);

        var row = await CheckedAsync("c-1");
        Assert.Equal(("ready", 64_044, 4.0, await SoundFile.Sha256Async(PathOf("c-1-message.wav"))), (row.State, row.Bytes, row.Seconds, row.Sha256));
        Assert.Equal((MissReason.MessageLeft, RecordingState.Ready), ((await LastPublishedAsync("c-1")) is var told ? (told.MissReason, told.Recording!.State) : default));
        Assert.Equal("missing", (await CheckedAsync("c-2")).State);
        Assert.Equal("empty", (await CheckedAsync("c-3")).State);
    }

    [Fact]
    public async Task Of_a_call_without_a_message_what_is_shorter_than_one_is_nothing_and_what_a_crash_left_is_kept()
    {
        await WriteAsync("c-1-message.wav", SoundFile.Make(16_000));
        await AddCallAsync("c-1", call => LeftMessage(call) with { MissReason = MissReason.NoAnswer });
        await WriteAsync("c-2-message.wav", SoundFile.Make(64_000));
        await AddCallAsync("c-2", call => LeftMessage(call) with { MissReason = MissReason.Failed });

        Assert.Equal(("nothing_to_record", 1.0), (await CheckedAsync("c-1")) is var row ? (row.State, row.Seconds) : default);
        Assert.Equal("ready", (await CheckedAsync("c-2")).State);
    }

    [Fact]
    public async Task A_file_is_waited_for_right_after_the_call()
    {
        await AddCallAsync("late", call => call with { EndedAt = DateTimeOffset.UtcNow.AddSeconds(-2) });

        // Calls that come after it are checked, and it is not yet given up.
        await WriteAsync("c-1.wav", SoundFile.Make(16_000));
        await AddCallAsync("c-1", call => call with { EndedAt = DateTimeOffset.UtcNow.AddSeconds(-1) });
        Assert.Equal("ready", (await CheckedAsync("c-1")).State);
        Assert.Equal(0, await _database.CountAsync("SELECT count(*) FROM recordings WHERE call_id = @id", new { id = IdOf("late") }));

        await WriteAsync("late.wav", SoundFile.Make(16_000));
        Assert.Equal("ready", (await CheckedAsync("late")).State);
    }

    [Fact]
    public async Task A_name_that_leads_out_of_the_folder_finds_nothing_there()
    {
        var outside = Path.Combine(Path.GetDirectoryName(_database.Settings.RecordingsDirectory)!, "outside.wav");
        await File.WriteAllBytesAsync(outside, SoundFile.Make(16_000));
        await AddCallAsync("c-1", call => call with { RecordingFile = "../outside.wav" });
        await AddCallAsync("c-2", call => call with { RecordingFile = outside });

        Assert.Equal("missing", (await CheckedAsync("c-1")).State);
        Assert.Equal("missing", (await CheckedAsync("c-2")).State);
    }

    [Fact]
    public async Task A_call_is_checked_once()
    {
        await WriteAsync("c-1.wav", SoundFile.Make(16_000));
        await AddCallAsync("c-1");
        await CheckedAsync("c-1");
        await WriteAsync("c-2.wav", SoundFile.Make(16_000));
        await AddCallAsync("c-2");
        await CheckedAsync("c-2");

        Assert.Equal(4, await _database.CountAsync("SELECT count(*) FROM changes"));
        Assert.Equal(2, await _database.CountAsync("SELECT count(*) FROM calls WHERE version = 2 AND recording_checked"));
    }

    private static TrackedCall Unanswered(TrackedCall call) => call with { Result = CallResult.Missed, AnsweredAt = null, AnsweredBy = null, Talks = [] };

    private static TrackedCall LeftMessage(TrackedCall call) =>
        Unanswered(call) with { MissReason = MissReason.MessageLeft, RecordingFile = call.AnchorId + "-message.wav" };

    private static Guid IdOf(string anchor) => CallId.Of(Samples.Pbx, anchor);

    private string PathOf(string name) => Path.Combine(_database.Settings.RecordingsDirectory, name);

    private Task WriteAsync(string name, byte[] content) => File.WriteAllBytesAsync(PathOf(name), content);

    private Task AddCallAsync(string anchor, Func<TrackedCall, TrackedCall>? change = null)
    {
        var call = Samples.Ringing(anchor).Ended();
        return new CallStore(_database.Source, _database.Helm).SaveAsync(Samples.Pbx, [(change?.Invoke(call) ?? call, null)], Samples.Tables, CancellationToken.None);
    }

    private async Task<Row> CheckedAsync(string anchor)
    {
        var rows = (IReadOnlyList<Row>)[];
        await Until.TrueAsync($"the recording of {anchor} is checked", async () =>
        {
            rows = await _database.QueryAsync<Row>("SELECT state, bytes, seconds::float8 AS seconds, sha256 FROM recordings WHERE call_id = @id", new { id = IdOf(anchor) });
            return rows.Count == 1;
        }, () => Task.FromResult(_check.ExecuteTask?.Exception?.ToString() ?? ""));
        return rows[0];
    }

    private async Task<CallChanged> LastPublishedAsync(string anchor)
    {
        var bodies = await _database.QueryAsync<string>(
            "SELECT body::text FROM changes WHERE body->>'callId' = @id ORDER BY seq DESC LIMIT 1", new { id = IdOf(anchor).ToString("D", CultureInfo.InvariantCulture) });
        return JsonSerializer.Deserialize<CallChanged>(bodies[0], ChangeLog.Json)!;
    }

    private sealed record Row(string State, long? Bytes, double? Seconds, string? Sha256);
}
