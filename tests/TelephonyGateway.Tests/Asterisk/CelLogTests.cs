using System.Text;
using CallCenterCrm.Telephony.Asterisk;
using Xunit;

namespace CallCenterCrm.Telephony.Tests.Asterisk;

public sealed class CelLogTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("cel-log-").FullName;
    private readonly string _file;

    public CelLogTests() => _file = Path.Combine(_directory, "cel.json");

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void A_last_line_without_its_end_waits_for_it()
    {
        using var log = new CelLog(_file);
        Append("{\"n\":\"1\"}\n{\"n\":");
        Assert.Equal(["{\"n\":\"1\"}"], ReadAll(log));
        Assert.Equal(10, log.Position);

        Append("\"2\"}\n");
        Assert.Equal(["{\"n\":\"2\"}"], ReadAll(log));
        Assert.Equal(20, log.Position);
        Assert.Equal(0, log.Gaps);
    }

    [Fact]
    public void A_log_that_is_not_there_yet_is_read_once_it_is()
    {
        using var log = new CelLog(_file);
        Assert.Empty(ReadAll(log));
        Append("{\"n\":\"1\"}\n");
        Assert.Equal(["{\"n\":\"1\"}"], ReadAll(log));
    }

    [Fact]
    public void A_rotated_log_is_read_to_its_end_and_then_the_new_one()
    {
        using var log = new CelLog(_file);
        Append("{\"n\":\"1\"}\n");
        ReadAll(log);
        Append("{\"n\":\"2\"}\n");
        File.Move(_file, _file + ".1");
        Append("{\"n\":\"3\"}\n");

        Assert.Equal(["{\"n\":\"2\"}", "{\"n\":\"3\"}"], ReadAll(log));
        Assert.Equal(20, log.Before);
        Assert.Equal(0, log.Gaps);
    }

    [Fact]
    public async Task Nothing_is_lost_while_the_log_is_rotated_again_and_again_under_its_reader()
    {
        // As Asterisk writes: the file is opened anew for each record.
        const int rotations = 150;
        const int each = 20;
        using var log = new CelLog(_file);
        Assert.Empty(log.Read());
        var writing = Task.Run(() =>
        {
            for (var rotation = 0; rotation < rotations; rotation++)
            {
                for (var line = 0; line < each; line++)
                {
                    Append($"{{\"n\":\"{(rotation * each) + line}\"}}\n");
                }

                // Later than every change so far, by the file system's own clock.
                var written = File.GetLastWriteTimeUtc(_file);
                File.Move(_file, $"{_file}.{rotation:000}");
                var probe = Path.Combine(_directory, "clock");
                do
                {
                    File.WriteAllText(probe, "");
                }
                while (File.GetLastWriteTimeUtc(probe) <= written);
            }
        });
        var read = new List<string>();
        do
        {
            read.AddRange(ReadAll(log));
        }
        while (!writing.IsCompleted);
        await writing;
        read.AddRange(ReadAll(log));

        Assert.Equal(Enumerable.Range(0, rotations * each).Select(number => $"{{\"n\":\"{number}\"}}"), read);
        Assert.Equal(0, log.Gaps);
    }

    [Fact]
    public void A_log_deleted_while_it_is_read_is_followed_by_the_new_one_and_counted_as_a_gap()
    {
        using var log = new CelLog(_file);
        Append("{\"n\":\"1\"}\n");
        ReadAll(log);
        Append("{\"n\":\"2\"}\n");
        File.Delete(_file);
        Append("{\"n\":\"3\"}\n");

        Assert.Equal(["{\"n\":\"2\"}", "{\"n\":\"3\"}"], ReadAll(log));
        Assert.Equal(1, log.Gaps);
    }

    [Fact]
    public void A_reader_that_was_away_during_two_rotations_goes_on_where_it_stood()
    {
        Append("{\"n\":\"1\"}\n{\"n\":\"2\"}\n");
        string head;
        using (var first = new CelLog(_file))
        {
            first.Read();
            head = first.Head!;
        }

        File.Move(_file, _file + ".2");
        Append("{\"n\":\"3\"}\n");
        File.SetLastWriteTimeUtc(_file, File.GetLastWriteTimeUtc(_file + ".2").AddSeconds(1));
        File.Move(_file, _file + ".1");
        Append("{\"n\":\"4\"}\n");

        using var log = new CelLog(_file);
        log.Seek(new CelPosition(head, 10));
        Assert.Equal(["{\"n\":\"2\"}", "{\"n\":\"3\"}", "{\"n\":\"4\"}"], ReadAll(log));
        Assert.Equal(0, log.Gaps);
    }

    [Fact]
    public void A_log_truncated_in_place_is_read_anew_and_counted_as_a_gap()
    {
        using var log = new CelLog(_file);
        Append("{\"n\":\"1\"}\n{\"n\":\"2\"}\n");
        ReadAll(log);
        File.WriteAllText(_file, "{\"n\":\"3\"}\n");

        Assert.Equal(["{\"n\":\"3\"}"], ReadAll(log));
        Assert.Equal(1, log.Gaps);
    }

    [Fact]
    public void A_place_in_a_file_that_is_gone_is_counted_as_a_gap_and_the_oldest_file_is_read()
    {
        Append("{\"n\":\"1\"}\n");
        using var log = new CelLog(_file);
        log.Seek(new CelPosition("0123456789abcdef0123456789abcdef", 500));

        Assert.Equal(["{\"n\":\"1\"}"], ReadAll(log));
        Assert.Equal(1, log.Gaps);
    }

    [Fact]
    public void A_line_without_an_end_in_sight_does_not_fill_the_memory()
    {
        using var log = new CelLog(_file);
        Append("{\"n\":\"" + new string('x', 3_000_000) + "\n{\"n\":\"2\"}\n");

        Assert.Equal("{\"n\":\"2\"}", ReadAll(log)[^1]);
        Assert.InRange(log.Gaps, 1, 3);
    }

    private void Append(string text) => File.AppendAllText(_file, text);

    private static List<string> ReadAll(CelLog log)
    {
        var lines = new List<string>();
        while (log.Read() is { Count: > 0 } read)
        {
            lines.AddRange(read.Select(Encoding.UTF8.GetString));
        }

        return lines;
    }
}
