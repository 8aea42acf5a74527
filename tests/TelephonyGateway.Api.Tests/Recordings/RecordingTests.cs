using System.Buffers.Binary;
using System.Text.Json;
using CallCenterCrm.Contracts.Staff.V1;
using CallCenterCrm.Messaging;
using CallCenterCrm.Recordings.V1;
using CallCenterCrm.ServiceDefaults.Authentication;
using CallCenterCrm.ServiceDefaults.Grpc;
using CallCenterCrm.Telephony.Api.Tests.Support;
using CallCenterCrm.Telephony.Stores.Tests.Recordings;
using Dapper;
using Google.Rpc;
using Grpc.Core;
using RecordingsClient = CallCenterCrm.Recordings.V1.Recordings.RecordingsClient;

namespace CallCenterCrm.Telephony.Api.Tests.Recordings;

/// <summary>A recording comes as it lies there, to whoever sees its call, and not before it is written down who he is.</summary>
[Collection(SharedGateway.Name)]
public sealed class RecordingTests(Gateway gateway)
{
    [Fact]
    public async Task The_whole_file_comes_in_parts_byte_for_byte()
    {
        var (call, file) = await RecordedAsync(SoundFile.Make(300_000));
        var parts = await ReadAsync(Listener(), new() { CallId = call });
        Assert.True(parts.Count > 1);
        Assert.All(parts, part => Assert.Equal((file.Length, "audio/wav", true), (part.TotalBytes, part.ContentType, part.Data.Length is > 0 and <= 64 * 1024)));
        Assert.Equal(file, BytesOf(parts));
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1000, 2000)]
    [InlineData(100_000, 150_000)]
    [InlineData(299_000, 9_000_000_000_000)]
    [InlineData(300_043, 0)]
    [InlineData(44, 0)]
    public async Task A_part_of_it_is_that_part(long offset, long length)
    {
        var (call, file) = await RecordedAsync(SoundFile.Make(300_000));
        var parts = await ReadAsync(Listener(), new() { CallId = call, Offset = offset, Length = length });
        Assert.Equal(file.Skip((int)offset).Take(length == 0 ? int.MaxValue : (int)Math.Min(length, file.Length)), BytesOf(parts));
        Assert.Equal(file.Length, parts[0].TotalBytes);
    }

    [Fact]
    public async Task At_the_end_there_is_nothing_and_behind_it_a_refusal_that_says_where_it_is()
    {
        var (call, file) = await RecordedAsync(SoundFile.Make(1000));
        var last = Assert.Single(await ReadAsync(Listener(), new() { CallId = call, Offset = file.Length }));
        Assert.Equal((file.Length, 0), (last.TotalBytes, last.Data.Length));

        var refusal = await RefusedAsync(Listener(), new() { CallId = call, Offset = file.Length + 1 });
        Assert.Equal(StatusCode.OutOfRange, refusal.StatusCode);
        Assert.Equal(("BEYOND_END", "1044"), RichStatus.Of(refusal)!.Detail<ErrorInfo>() is var info ? (info!.Reason, info.Metadata["total_bytes"]) : default);
    }

    [Fact]
    public async Task A_call_that_is_not_his_to_see_is_not_there_for_him()
    {
        var (call, _) = await RecordedAsync(SoundFile.Make(1000), phone: "102");
        foreach (var (id, visibility, team, seen) in new[]
        {
            (SampleTables.Oleg, "own", (string?)null, false), (SampleTables.Oleg, "team", "B", false),
            (SampleTables.Olga, "own", null, true), (SampleTables.Valera, "team", "A", true), (SampleTables.Valera, "own", null, false),
        })
        {
            var client = gateway.ClientWith<RecordingsClient>(gateway.Tokens.Make([Permissions.CallsListen, Permissions.CallsExport], new Guid(id), visibility: visibility, team: team));
            if (seen)
            {
                Assert.NotEmpty(await ReadAsync(client, new() { CallId = call }));
                await client.GetWaveformAsync(new() { CallId = call });
                continue;
            }

            Assert.Equal(StatusCode.NotFound, (await RefusedAsync(client, new() { CallId = call })).StatusCode);
            Assert.Equal(StatusCode.NotFound, (await RefusedAsync(client, new() { CallId = call, Use = Use.Download })).StatusCode);
            await Refused.WithAsync(StatusCode.NotFound, () => client.GetWaveformAsync(new() { CallId = call }));
        }

        Assert.Equal([SampleTables.Olga, SampleTables.Valera], (await AuditAsync(call)).Select(record => record.ActorId.ToString()));
    }

    [Fact]
    public async Task A_hearing_is_written_down_once_however_many_parts_are_asked_for_at_once_and_anew_after_an_hour()
    {
        var (call, _) = await RecordedAsync(SoundFile.Make(100_000));
        var (me, other) = (Guid.NewGuid(), Guid.NewGuid());
        var asked = new ReadRecordingRequest { CallId = call, Length = 10_000, Use = Use.Listen, ClientAddress = "203.0.113.7" };
        await Task.WhenAll(Enumerable.Range(0, 10).Select(part => ReadAsync(Listener(me), Of(asked, part * 10_000))));
        var record = Assert.Single(await AuditAsync(call));
        Assert.Equal(
            ("telephony", "employee", me, "recording.heard", "call", call, "203.0.113.7", "done"),
            (record.Service, record.ActorKind, record.ActorId, record.Action, record.TargetKind, record.TargetId, record.Address, record.Outcome));

        await ReadAsync(Listener(other), asked);
        Assert.Equal([me, other], (await AuditAsync(call)).Select(written => written.ActorId!.Value));
        await gateway.Database.CreateCommand($"UPDATE recording_hearings SET written_at = now() - interval '61 minutes' WHERE actor_id = '{me}'").ExecuteNonQueryAsync();
        await ReadAsync(Listener(me), asked);
        Assert.Equal([me, other, me], (await AuditAsync(call)).Select(written => written.ActorId!.Value));

        // A picture of it is no hearing.
        await Listener(Guid.NewGuid()).GetWaveformAsync(new() { CallId = call });
        Assert.Equal(3, (await AuditAsync(call)).Length);
    }

    [Fact]
    public async Task A_download_needs_a_permission_of_its_own_and_is_written_down_each_time()
    {
        var (call, file) = await RecordedAsync(SoundFile.Make(1000));
        var refusal = await RefusedAsync(Listener(), new() { CallId = call, Use = Use.Download });
        Assert.Equal(
            (StatusCode.PermissionDenied, Permissions.CallsExport), (refusal.StatusCode, RichStatus.Of(refusal)!.Detail<ErrorInfo>()!.Metadata["permission"]));
        Assert.Empty(await AuditAsync(call));

        var exporter = gateway.Client<RecordingsClient>(Permissions.CallsListen, Permissions.CallsExport);
        Assert.Equal(file, BytesOf(await ReadAsync(exporter, new() { CallId = call, Use = Use.Download })));
        await ReadAsync(exporter, new() { CallId = call, Use = Use.Download, Offset = 500 });
        Assert.Equal(
            [("recording.downloaded", null), ("recording.downloaded", "500")], (await AuditAsync(call)).Select(record => (record.Action, record.Details?["offset"])));
    }

    [Fact]
    public async Task Where_it_cannot_be_written_down_nothing_is_sent()
    {
        var (call, _) = await RecordedAsync(SoundFile.Make(1000));
        await gateway.Database.CreateCommand(
            $"""
            CREATE FUNCTION refuse_audit() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'disk full'; END $$;
            CREATE TRIGGER refuse_audit BEFORE INSERT ON changes FOR EACH ROW WHEN (NEW.body->>'targetId' = '{call}') EXECUTE FUNCTION refuse_audit()
            """).ExecuteNonQueryAsync();
        try
        {
            using var reading = Listener().ReadRecording(new() { CallId = call });
            var refusal = await Assert.ThrowsAsync<RpcException>(() => reading.ResponseStream.MoveNext(CancellationToken.None));
            Assert.Equal(StatusCode.Internal, refusal.StatusCode);
        }
        finally
        {
            await gateway.Database.CreateCommand("DROP TRIGGER refuse_audit ON changes; DROP FUNCTION refuse_audit").ExecuteNonQueryAsync();
        }

        Assert.NotEmpty(await ReadAsync(Listener(), new() { CallId = call }));
    }

    [Fact]
    public async Task What_cannot_be_heard_or_lies_elsewhere_is_not_there()
    {
        var outside = Path.Combine(Path.GetDirectoryName(gateway.Recordings)!, "outside.wav");
        await File.WriteAllBytesAsync(outside, SoundFile.Make(1000));
        File.CreateSymbolicLink(Path.Combine(gateway.Recordings, "link.wav"), outside);
        var calls = new[]
        {
            Guid.NewGuid().ToString(), await CallAsync(), await RecordedAsync("../outside.wav"), await RecordedAsync(outside), await RecordedAsync("link.wav"),
            await RecordedAsync("gone.wav"), (await RecordedAsync(SoundFile.Make(1000), state: "damaged")).Call, (await RecordedAsync(SoundFile.Make(1000), state: "nothing_to_record")).Call,
        };
        foreach (var call in calls)
        {
            Assert.Equal(StatusCode.NotFound, (await RefusedAsync(Listener(), new() { CallId = call })).StatusCode);
            await Refused.WithAsync(StatusCode.NotFound, () => Listener().GetWaveformAsync(new() { CallId = call }));
            Assert.Empty(await AuditAsync(call));
        }
    }

    [Fact]
    public async Task The_wave_form_of_a_tone_shows_how_loud_it_is_when()
    {
        // A second each of silence, of a tone at a quarter, a half and the full loudness, the last one downwards only.
        var file = SoundFile.Make(4 * SoundFile.BytesPerSecond);
        for (var i = 0; i < 32_000; i++)
        {
            var loudness = (i / 8000) switch { 0 => 0, 1 => 8192, 2 => 16_384, _ => short.MinValue };
            var sample = loudness < 0 ? (i % 2 * loudness) : (int)(loudness * Math.Sin(2 * Math.PI * 1000 * i / 8000));
            BinaryPrimitives.WriteInt16LittleEndian(file.AsSpan(44 + (2 * i)), (short)sample);
        }

        var (call, _) = await RecordedAsync(file);
        var form = await Listener().GetWaveformAsync(new() { CallId = call, Points = 40 });
        Assert.Equal(TimeSpan.FromSeconds(4), form.Length.ToTimeSpan());
        Assert.Equal([.. Enumerable.Repeat<byte>(0, 10), .. Enumerable.Repeat<byte>(63, 10), .. Enumerable.Repeat<byte>(127, 10), .. Enumerable.Repeat<byte>(255, 10)], form.Peaks.ToByteArray().AsEnumerable());
        Assert.Equal(400, (await Listener().GetWaveformAsync(new() { CallId = call })).Peaks.Length);
    }

    [Fact]
    public async Task A_file_of_few_samples_or_of_another_codec_has_a_wave_form_too()
    {
        var (few, _) = await RecordedAsync(SoundFile.Make(6));
        var peaks = (await Listener().GetWaveformAsync(new() { CallId = few, Points = 2000 })).Peaks;
        Assert.Equal((2000, 3), (peaks.Length, peaks.Count(peak => peak > 0)));

        var other = SoundFile.Make(16_000);
        other[20] = 7; // mu-law
        var (call, _) = await RecordedAsync(other);
        var form = await Listener().GetWaveformAsync(new() { CallId = call });
        Assert.Equal((0, TimeSpan.FromSeconds(1)), (form.Peaks.Length, form.Length.ToTimeSpan()));
    }

    [Fact]
    public async Task What_is_wrong_is_told_at_once_by_field()
    {
        var refusal = await RefusedAsync(Listener(), new() { Offset = -1, Length = -1, Use = (Use)9 });
        Assert.Equal(
            ["call_id REQUIRED", "offset OUT_OF_RANGE", "length OUT_OF_RANGE", "use UNKNOWN_WORD"],
            RichStatus.Of(refusal)!.Detail<BadRequest>()!.FieldViolations.Select(violation => $"{violation.Field} {violation.Reason}"));
        Assert.Equal(["call_id WRONG_FORMAT", "points OUT_OF_RANGE"], await Refused.FieldsAsync(() => Listener().GetWaveformAsync(new() { CallId = "../x", Points = 2001 })));
    }

    private static ReadRecordingRequest Of(ReadRecordingRequest asked, long offset)
    {
        var request = asked.Clone();
        request.Offset = offset;
        return request;
    }

    private static async Task<IReadOnlyList<ReadRecordingResponse>> ReadAsync(RecordingsClient client, ReadRecordingRequest request)
    {
        using var reading = client.ReadRecording(request);
        var parts = new List<ReadRecordingResponse>();
        await foreach (var part in reading.ResponseStream.ReadAllAsync())
        {
            parts.Add(part);
        }

        return parts;
    }

    private static Task<RpcException> RefusedAsync(RecordingsClient client, ReadRecordingRequest request) =>
        Assert.ThrowsAsync<RpcException>(() => ReadAsync(client, request));

    private static byte[] BytesOf(IEnumerable<ReadRecordingResponse> parts) => [.. parts.SelectMany(part => part.Data)];

    private RecordingsClient Listener(Guid? id = null) => gateway.ClientWith<RecordingsClient>(gateway.Tokens.Make([Permissions.CallsListen], id));

    private async Task<string> CallAsync(string phone = "101")
    {
        var call = StoredCalls.Answered(StoredCalls.Start.AddYears(-1), phone);
        await StoredCalls.SaveAsync(gateway.Database, call);
        return call.CallId.ToString();
    }

    private async Task<(string Call, byte[] File)> RecordedAsync(byte[] file, string phone = "101", string state = "ready")
    {
        var name = $"{Guid.NewGuid()}.wav";
        await File.WriteAllBytesAsync(Path.Combine(gateway.Recordings, name), file);
        return (await RecordedAsync(name, phone, state), file);
    }

    private async Task<string> RecordedAsync(string name, string phone = "101", string state = "ready")
    {
        var call = await CallAsync(phone);
        await using var connection = await gateway.Database.OpenConnectionAsync();
        await connection.ExecuteAsync(
            "INSERT INTO recordings (call_id, file, state, checked_at) VALUES (@call::uuid, @name, @state, now())", new { call, name, state });
        return call;
    }

    private async Task<AuditRecorded[]> AuditAsync(string call)
    {
        await using var connection = await gateway.Database.OpenConnectionAsync();
        var bodies = await connection.QueryAsync<string>(
            "SELECT body::text FROM changes WHERE kind = @kind AND body->>'targetId' = @call ORDER BY seq", new { kind = ChangeLog.KindOf(typeof(AuditRecorded)), call });
        return [.. bodies.Select(body => JsonSerializer.Deserialize<AuditRecorded>(body, ChangeLog.Json)!)];
    }
}
