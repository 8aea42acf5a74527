using System.Diagnostics;
using System.Globalization;
using Ami.Client;
using Ami.Client.Events;
using Ami.Client.Recording;
using Ami.Client.Trust;
using CallCenterCrm.Telephony.Asterisk;
using CallCenterCrm.Telephony.Calls;
using CallCenterCrm.Telephony.Routing;
using GatewayBench;
using Microsoft.Extensions.Time.Testing;

// Recorded calls, again and again, through what the gateway keeps in memory: the reader of AMI with its policy, the desk
// with its tracker, the splitter of the log; stored (to nowhere), noted and tidied as the gateway does. The clock is
// moved by 20 ms a call, so that a minute of 50 calls a second is held at any time.
var calls = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 100_000;
var captures = Path.Combine(AppContext.BaseDirectory, "../../../../../captures");
var recordings = Directory.GetFiles(captures, "*.ami").Order(StringComparer.Ordinal)
    .Select(Recording.Load).OfType<(Recording Ami, Recording Cel)>().ToList();

var between = TimeSpan.FromMilliseconds(20);
var logReadEvery = TimeSpan.FromMilliseconds(200);
var tidyEvery = TimeSpan.FromSeconds(5);
var time = new FakeTimeProvider(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
using var desk = new CallDesk(time);
var ami = new AmiRecording(new AmiEventPolicy("rig"));
var splitter = new CelSplitter(null);
var plan = new RingPlan("101@15_102@10", "Rule", [new PlannedStep(1, StepTarget.Next, ["101"], 15, new Dictionary<string, string>())]);
ami.Feed("Asterisk Call Manager/11.0.0\r\nEvent: FullyBooted\r\nPrivilege: system,all\r\nUptime: 1\r\nLastReload: 1\r\nStatus: Fully Booted\r\n\r\n"u8, []);

var steps = new List<(long Heap, long WorkingSet)>();
var (made, settled, refused, logged) = (0L, 0L, 0L, 0L);
var (logRead, tidied) = (time.GetUtcNow(), time.GetUtcNow());
Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
    $"memory of the gateway: {calls} calls out of {recordings.Count} recordings; load of the machine: {File.ReadAllText("/proc/loadavg").Split(' ')[0]}"));
Console.WriteLine($"{"calls",9}{"heap, MB",12}{"resident, MB",15}{"events refused",17}{"calls/s",10}");
var watch = Stopwatch.StartNew();
for (long play = 0; made < calls; play++)
{
    var (stream, log) = recordings[(int)(play % recordings.Count)];
    var at = time.GetUtcNow();
    var items = new List<AmiItem>();
    ami.Feed(stream.Play(play, at), items);
    foreach (var batch in items.OfType<AmiEvent>().Chunk(4))
    {
        foreach (var told in batch.OfType<UserEventEvent>().Where(told => told.UserEvent.Equals("CrmIncoming"u8)))
        {
            desk.Note(told.Uniqueid.ToString(), new PlanNote(plan, null, 0.001, 0.002, null));
        }

        desk.Tell(batch);
    }

    var bytes = log.Play(play, at);
    var records = bytes.AsSpan().Split((byte)'\n');
    var lines = new List<CelRecord>();
    foreach (var line in records)
    {
        lines.AddRange(splitter.Line(bytes.AsSpan(line)));
    }

    lines.AddRange(splitter.Flush());
    desk.Tell(lines, logged);
    logged += bytes.Length;
    time.Advance(between);
    if (play == 0 || time.GetUtcNow() - logRead >= logReadEvery)
    {
        logRead = time.GetUtcNow();
        desk.LoggedUntil(logRead);
    }

    var taken = desk.TakeChanged();
    desk.Stored();
    var before = made;
    made += taken.Count;
    settled += taken.Count(pair => pair.Call.Settled);
    if (time.GetUtcNow() - tidied >= tidyEvery)
    {
        desk.Tidy();
        tidied = time.GetUtcNow();
    }

    if (made / (calls / 10) > before / (calls / 10))
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        GC.WaitForPendingFinalizers();
        steps.Add((GC.GetTotalMemory(forceFullCollection: true), Environment.WorkingSet));
        refused = ami.RefusedFrames.Sum(pair => pair.Value);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{made,9}{steps[^1].Heap / 1e6,12:F2}{steps[^1].WorkingSet / 1e6,15:F1}{refused,17}{made / watch.Elapsed.TotalSeconds,10:F0}"));
    }
}

Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
    $"last to first: heap {(double)steps[^1].Heap / steps[0].Heap:F3}, resident {(double)steps[^1].WorkingSet / steps[0].WorkingSet:F3}; {settled} of {made} calls settled; {desk.ActiveCalls} held as active"));
