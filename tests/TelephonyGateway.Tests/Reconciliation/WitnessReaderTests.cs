using System.Globalization;
using CallCenterCrm.Telephony.Reconciliation;
using Xunit;

namespace CallCenterCrm.Telephony.Tests.Reconciliation;

public sealed class WitnessReaderTests : IDisposable
{
    private const string System = "a1b2c3d4e5f60718";
    private static readonly DateTimeOffset Start = new(2026, 3, 2, 9, 0, 0, TimeSpan.Zero);
    private readonly string _directory = Directory.CreateTempSubdirectory("witness-").FullName;
    private readonly Clock _time = new() { Now = Start.AddMinutes(30) };
    private readonly string _file;
    private double _free = 0.5;

    public WitnessReaderTests() => _file = Path.Combine(_directory, "log", "cel.json");

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void Calls_are_told_whole_line_by_line_and_byte_by_byte_alike()
    {
        var text = Cel("1", 0, "CHAN_START") + Cel("1", 1, "CRM_INCOMING") + Cel("2", 2, "CHAN_START", linked: "1") + Cel("3", 3, "CHAN_START")
            + Cel("4", 4, "CRM_OUTGOING") + Cel("5", 5, "CRM_INTERNAL") + Cel("1", 6, "CHAN_END");
        Testimony[] expected = [Call("1", 0, true), Call("3", 3, false), Call("4", 4, true), Call("5", 5, true)];
        Append(text);
        using (var whole = Reader())
        {
            Assert.Equal(expected, ReadAll(whole).Calls);
        }

        File.WriteAllText(_file, "");
        using var slow = Reader();
        var told = new Dictionary<string, Testimony>(StringComparer.Ordinal);
        foreach (var letter in text)
        {
            Append(letter.ToString());
            var read = slow.Read();
            Assert.Empty(read.Faults);
            foreach (var call in read.Calls)
            {
                told[call.UniqueId] = told.TryGetValue(call.UniqueId, out var known) ? known with { Announced = known.Announced || call.Announced } : call;
            }
        }

        Assert.Equal(expected, told.Values.OrderBy(call => call.At));
    }

    [Fact]
    public void A_record_whose_head_cannot_be_read_is_a_fault_between_its_neighbours()
    {
        Append(Cel("1", 10, "CRM_INCOMING") + $"{{\"uniqueid\":\"{System}-1772442\",\"linkedid\":\n" + Cel("2", 70, "CRM_INCOMING"));
        using var reader = Reader();
        var read = ReadAll(reader);
        Assert.Equal([new WitnessFault(FaultKind.Unreadable, Start.AddSeconds(10), Start.AddSeconds(70))], read.Faults);
        Assert.Equal(2, read.Calls.Count);
    }

    [Fact]
    public void A_record_cut_short_with_the_next_one_on_its_line_is_a_fault()
    {
        // As a disk that is full for a moment leaves it: the second record is swallowed by the first.
        Append(Cel("1", 10, "CRM_INCOMING")[..140] + Cel("2", 20, "CRM_INCOMING") + Cel("3", 30, "CRM_INCOMING"));
        using var reader = Reader();
        var read = ReadAll(reader);
        Assert.Equal([new WitnessFault(FaultKind.Unreadable, Start.AddSeconds(10), Start.AddSeconds(30))], read.Faults);
        Assert.Equal([Call("1", 10, true), Call("3", 30, true)], read.Calls);
    }

    [Fact]
    public void A_line_break_smuggled_into_a_number_is_no_fault_and_makes_no_call()
    {
        Append(Cel("1", 10, "CRM_INCOMING", number: "7916\r\n{\"uniqueid\":\"other-1.9\",\"eventtype\":\"CRM_INCOMING\",\"eventtime\":\"1\"}\r\n7"));
        using var reader = Reader();
        var read = ReadAll(reader);
        Assert.Empty(read.Faults);
        Assert.Equal([Call("1", 10, true)], read.Calls);
    }

    [Fact]
    public void A_damaged_last_line_is_a_fault_until_the_file_was_read_to_its_end()
    {
        Append(Cel("1", 10, "CRM_INCOMING") + "\u0000\u0000\u0000\n");
        using var reader = Reader();
        Assert.Equal([new WitnessFault(FaultKind.Unreadable, Start.AddSeconds(10), _time.Now)], ReadAll(reader).Faults);
    }

    [Fact]
    public void A_fault_is_told_before_the_place_behind_it_is_kept()
    {
        // The reader may be killed after any reading.
        Append(Cel("1", 10, "CRM_INCOMING") + "nonsense\n");
        using var reader = Reader();
        var read = reader.Read();
        Assert.False(read.AtEnd);
        Assert.Equal(new FileInfo(_file).Length, read.Place.File!.Position);
        Assert.Single(read.Faults);
    }

    [Fact]
    public void A_file_cut_in_place_and_one_that_is_gone_are_faults_since_the_last_look()
    {
        Append(Cel("1", 10, "CRM_INCOMING") + Cel("1", 20, "CHAN_END"));
        WitnessPlace kept;
        using (var reader = Reader())
        {
            kept = ReadAll(reader).Place;
            File.WriteAllText(_file, Cel("2", 1900, "CRM_INCOMING"));
            _time.Now += TimeSpan.FromMinutes(5);
            Assert.Equal([new WitnessFault(FaultKind.RecordsMissing, Start.AddMinutes(30), Start.AddSeconds(1900))], ReadAll(reader).Faults);
        }

        using var next = Reader(kept);
        Assert.Equal([new WitnessFault(FaultKind.RecordsMissing, Start.AddMinutes(30), Start.AddSeconds(1900))], ReadAll(next).Faults);
    }

    [Fact]
    public void A_file_deleted_while_it_is_read_is_a_fault_and_the_new_one_is_read()
    {
        Append(Cel("1", 10, "CRM_INCOMING"));
        using var reader = Reader();
        ReadAll(reader);
        File.Delete(_file);
        Append(Cel("2", 1900, "CRM_INCOMING"));
        var read = ReadAll(reader);
        Assert.Equal([new WitnessFault(FaultKind.RecordsMissing, Start.AddMinutes(30), Start.AddSeconds(1900))], read.Faults);
        Assert.Equal([Call("2", 1900, true)], read.Calls);
    }

    [Fact]
    public void A_folder_that_is_gone_and_a_disk_nearly_full_are_faults_as_long_as_they_last()
    {
        Append(Cel("1", 10, "CRM_INCOMING"));
        using var reader = Reader();
        ReadAll(reader);
        _free = 0.049;
        _time.Now += TimeSpan.FromMinutes(1);
        Assert.Equal([new WitnessFault(FaultKind.DiskNearlyFull, Start.AddMinutes(30), Start.AddMinutes(31))], reader.Read().Faults);
        _time.Now += TimeSpan.FromMinutes(1);
        Assert.Equal([new WitnessFault(FaultKind.DiskNearlyFull, Start.AddMinutes(30), Start.AddMinutes(32))], reader.Read().Faults);
        _free = 0.05;
        Assert.Equal([new WitnessFault(FaultKind.DiskNearlyFull, Start.AddMinutes(30), Start.AddMinutes(32))], reader.Read().Faults);
        Assert.Empty(reader.Read().Faults);

        Directory.Move(Path.GetDirectoryName(_file)!, Path.Combine(_directory, "away"));
        _time.Now += TimeSpan.FromMinutes(1);
        Assert.Equal([new WitnessFault(FaultKind.FileMissing, Start.AddMinutes(32), Start.AddMinutes(33))], reader.Read().Faults);
    }

    [Fact]
    public void Detail_records_tell_of_the_call_that_they_name_and_of_its_earliest_beginning()
    {
        Append(Cdr("1.7", 12, 40, "1") + Cdr("1.6", 10, 40, "1") + Cdr("1.9", 20, 41, "") + Cdr("1.8", 30, 42, "8", source: "7\"9"));
        using var reader = Reader(witness: Witness.Cdr);
        var read = ReadAll(reader);
        Assert.Empty(read.Faults);
        Assert.Equal([Call("1", 10, false), Call("8", 30, false)], read.Calls);
        Append($"{{\"uniqueid\":\"{System}-1.10\",\"start\":\"\n");
        Assert.Equal(FaultKind.Unreadable, Assert.Single(ReadAll(reader).Faults).Kind);
    }

    private WitnessReader Reader(WitnessPlace? place = null, Witness witness = Witness.Cel) => new(witness, _file, System, place, _time, _ => _free);

    private static (IReadOnlyList<Testimony> Calls, IReadOnlyList<WitnessFault> Faults, WitnessPlace Place) ReadAll(WitnessReader reader)
    {
        var (calls, faults) = (new List<Testimony>(), new Dictionary<(FaultKind, DateTimeOffset), WitnessFault>());
        while (true)
        {
            var read = reader.Read();
            calls.AddRange(read.Calls);
            foreach (var fault in read.Faults)
            {
                faults[(fault.Kind, fault.From)] = fault;
            }

            if (read.AtEnd)
            {
                return (calls, [.. faults.Values], read.Place);
            }
        }
    }

    private static Testimony Call(string id, int seconds, bool announced) => new($"{System}-{id}", Start.AddSeconds(seconds), announced);

    private static string Cel(string id, int seconds, string type, string? linked = null, string number = "79160000001") => string.Create(
        CultureInfo.InvariantCulture,
        $"{{\"uniqueid\":\"{System}-{id}\",\"linkedid\":\"{System}-{linked ?? id}\",\"eventtype\":\"{type}\",\"eventtime\":\"{Start.AddSeconds(seconds).ToUnixTimeSeconds()}.000000\",\"channame\":\"PJSIP/trunk-00000001\",\"num\":\"{number}\"}}\n");

    private static string Cdr(string id, int start, int end, string call, string source = "79160000001") => string.Create(
        CultureInfo.InvariantCulture,
        $"{{\"uniqueid\":\"{System}-{id}\",\"start\":{Start.AddSeconds(start).ToUnixTimeSeconds()}.000000,\"end\":{Start.AddSeconds(end).ToUnixTimeSeconds()}.000000,\"crmcall\":\"{(call.Length > 0 ? $"{System}-{call}" : "")}\",\"src\":\"{source}\"}}\n");

    private void Append(string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_file)!);
        File.AppendAllText(_file, text);
    }

    private sealed class Clock : TimeProvider
    {
        public DateTimeOffset Now { get; set; }

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
