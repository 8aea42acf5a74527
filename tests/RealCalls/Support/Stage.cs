using System.Globalization;
using System.Text.Json;
using CallCenterCrm.Sip;
using Xunit;

namespace CallCenterCrm.RealCalls.Support;

/// <summary>
/// The stack with its lanes, for all tests. The ordinary calls all run beside each other, each on its own lane; the tests
/// that break something come after them.
/// </summary>
public sealed class Stage : IAsyncLifetime
{
    public const int Lanes = 98;

    // From this lane on a ring lasts one second, for tests that need no fifteen of them.
    private const int FirstFastLane = 26;

    // From this lane on its phones are those of employees who can sign in.
    private const int FirstConsoleLane = 68;

    // From this lane on rules end with a message.
    private const int FirstMessageLane = 91;

    // Between the beginnings of two ordinary calls.
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(200);
    private int _consoleLanes = FirstConsoleLane - 1;
    private int _messageLanes = FirstMessageLane - 1;

    // From this lane on a menu comes before the rule.
    private const int FirstMenuLane = 95;
    private int _menuLanes = FirstMenuLane - 1;
    private int _lanes;
    private int _fastLanes = FirstFastLane - 1;
    private Dictionary<string, Task> _ordinary = [];

    public Stack Stack { get; private set; } = null!;

    public SipTrunk Trunk { get; private set; } = null!;

    public Records Records { get; private set; } = null!;

    /// <summary>The browser in which managers open the console.</summary>
    public Chromium Chromium { get; } = new();

    /// <summary>When everything was up, and no call had been placed.</summary>
    public DateTimeOffset Begun { get; private set; }

    /// <summary>A lane that nobody has used yet: three rings are 15 s.</summary>
    public Lane NextLane() => LaneAt(Interlocked.Increment(ref _lanes), FirstFastLane);

    /// <summary>A lane that nobody has used yet, on which a ring is 1 s: the responsible rings 3 s, the next 2 s, the mobile 5 s.</summary>
    public Lane NextFastLane() => LaneAt(Interlocked.Increment(ref _fastLanes), FirstConsoleLane);

    /// <summary>A lane that nobody has used yet, whose managers can sign in; three rings are 15 s, time enough for a browser.</summary>
    public Lane NextConsoleLane() => LaneAt(Interlocked.Increment(ref _consoleLanes), FirstMessageLane);

    /// <summary>
    /// A lane that nobody has used yet, whose managers can sign in and on which a ring is 1 s: the responsible rings 3 s, then the
    /// caller is asked for a message.
    /// </summary>
    public Lane NextMessageLane() => LaneAt(Interlocked.Increment(ref _messageLanes), FirstMenuLane);

    /// <summary>A lane like the last one, whose callers hear the sample menu first.</summary>
    public Lane NextMenuLane() => LaneAt(Interlocked.Increment(ref _menuLanes), Lanes + 1);

    /// <summary>The outcome of an ordinary call, which may still be running.</summary>
    public Task Ordinary(string name) => _ordinary[name];

    /// <summary>Waits until the ordinary calls are over, however they came out.</summary>
    public Task OrdinaryOverAsync() => Task.WhenAll(_ordinary.Values.Select(task => task.ContinueWith(_ => { }, TaskScheduler.Default)));

    public async Task InitializeAsync()
    {
        Stack = await Stack.StartAsync(PbxFile(), TelephonyFile(), ClientsFile(), EmployeesFile());
        Trunk = new SipTrunk(Stack.Trunk, Stack.Sip, new SipAgentOptions { LogCapacity = 2000, Patience = TimeSpan.FromSeconds(90) });
        Records = new Records(Stack);

        // The clients and the employees reach the gateway by events.
        await Records.UntilAsync("the gateway knows the employees", async () =>
            await Records.TelephonyCountAsync("SELECT count(*) FROM employees WHERE version > 0 AND extension IS NOT NULL") >= ConsoleLanes.Count() * Lane.PhonesEach);
        await Records.UntilAsync("the gateway knows the clients", async () =>
            await Records.TelephonyCountAsync("SELECT count(*) FROM known_clients") >= Lanes);
        Begun = DateTimeOffset.UtcNow;

        // They begin one after the other: all phones that register and all calls in one moment would be what a busy machine, on which
        // nothing has run yet, may be too slow for, and then it is the fallback that rings.
        _ordinary = OrdinaryCalls.All.Select((call, place) => (call.Name, Task: BeginAsync(place * Between, call.Run)))
            .ToDictionary(call => call.Name, call => call.Task, StringComparer.Ordinal);
    }

    public async Task DisposeAsync()
    {
        await Chromium.DisposeAsync();
        await Trunk.DisposeAsync();
        await Stack.DisposeAsync();
    }

    private async Task BeginAsync(TimeSpan after, Func<Stage, Task> run)
    {
        await Task.Delay(after);
        await Task.Run(() => run(this));
    }

    private Lane LaneAt(int index, int end) => index < end ? new Lane(index, Stack, Trunk) : throw new InvalidOperationException("All lanes are used");

    private static string PbxFile()
    {
        var phones = Enumerable.Range(1, Lanes).SelectMany(lane => Enumerable.Range(1, Lane.PhonesEach).Select(phone => Lane.ExtensionOf(lane, phone)));
        var numbers = Enumerable.Range(1, Lanes).Select(Lane.DidOf);
        return $"""
            PHONES="{string.Join(' ', phones)} 901 902"
            DEVICES=2
            DIDS="{string.Join(' ', numbers)} {ClosedNumber} {UnplannedNumber}"
            MENU_DIDS="{string.Join(' ', Enumerable.Range(FirstMenuLane, Lanes - FirstMenuLane + 1).Select(Lane.DidOf))}"
            COMPANY={Lane.DidOf(1)}
            OWNER={FallbackMobile}
            PLAN_WAIT=2
            FALLBACK_PLAN="901-902@6_m{FallbackMobile}@8"
            OPEN_HOURS="*,*,*,*"
            INTERNATIONAL=no
            """;
    }

    public static string ClosedNumber => "74951000201";

    /// <summary>A number that the PBX has and the gateway has no rule for.</summary>
    public static string UnplannedNumber => "74951000202";

    public static string FallbackMobile => "79035550001";

    private static Guid IdOf(string kind, int lane, int part = 0) =>
        new(string.Create(CultureInfo.InvariantCulture, $"{(kind[0] % 16):x}0000000-0000-4000-8000-{lane:000000}{part:000000}"));

    private static string TelephonyFile()
    {
        var lanes = Enumerable.Range(1, Lanes).ToArray();
        var always = new { id = IdOf("hours", 1), name = "Always", timeZone = "Europe/Moscow", spans = Enumerable.Range(1, 7).Select(day => new { weekday = day, opens = "00:00", closes = "24:00" }), holidays = Array.Empty<object>() };
        var never = new { id = IdOf("hours", 2), name = "Never", timeZone = "Europe/Moscow", spans = Array.Empty<object>(), holidays = Array.Empty<object>() };
        return JsonSerializer.Serialize(new
        {
            employees = lanes.SelectMany(lane => Enumerable.Range(1, Lane.PhonesEach).Select(phone => (object)new { id = IdOf("employee", lane, phone), name = $"Manager {Lane.ExtensionOf(lane, phone)}", extension = Lane.ExtensionOf(lane, phone) })
                .Append(new { id = IdOf("employee", lane), name = $"Owner {lane}", mobile = Lane.MobileOf(lane) })),
            groups = lanes.Select(lane => new { id = IdOf("group", lane), name = $"Group {lane}", pick = "Order", members = Enumerable.Range(1, Lane.PhonesEach).Select(phone => IdOf("employee", lane, phone)) }),
            hours = new object[] { always, never },
            rules = lanes.Select(lane => new
            {
                id = IdOf("rule", lane),
                name = $"Rule {lane}",
                ringSeconds = lane is < FirstFastLane or (>= FirstConsoleLane and < FirstMessageLane) ? 5 : 1,
                groupId = IdOf("group", lane),
                steps = lane < FirstMessageLane
                    ? new object[] { new { target = "responsible", rings = 3 }, new { target = "next", rings = 2 }, new { target = "mobile", employeeId = IdOf("employee", lane), rings = 5 } }
                    : [new { target = "responsible", rings = 3 }, new { target = "message" }],
            }),
            numbers = lanes.Select(lane => new { number = Lane.DidOf(lane), name = $"Number {lane}", ruleId = IdOf("rule", lane), hoursId = IdOf("hours", 1) })
                .Append(new { number = ClosedNumber, name = "Closed", ruleId = IdOf("rule", 1), hoursId = IdOf("hours", 2) }),
        });
    }

    private static IEnumerable<int> ConsoleLanes => Enumerable.Range(FirstConsoleLane, Lanes - FirstConsoleLane + 1);

    private static string EmployeesFile() => JsonSerializer.Serialize(ConsoleLanes.SelectMany(lane => Enumerable.Range(1, Lane.PhonesEach).Select(phone => new
    {
        id = IdOf("employee", lane, phone),
        name = $"Manager {Lane.ExtensionOf(lane, phone)}",
        signInName = $"m{Lane.ExtensionOf(lane, phone)}",
        roles = new[] { "manager" },
        extension = Lane.ExtensionOf(lane, phone),
        visibility = "own",
        ringGroups = new[] { new { groupId = IdOf("group", lane), position = phone } },
    })).Append<object>(new { id = IdOf("boss", 0), name = "Boss", signInName = Boss, roles = new[] { "owner" }, visibility = "all" }));

    /// <summary>What the owner signs in with, who may change all settings and has no phone.</summary>
    public static string Boss => "boss";

    private static string ClientsFile() => JsonSerializer.Serialize(Enumerable.Range(1, Lanes).Select(lane => new
    {
        id = IdOf("client", lane),
        kind = "person",
        name = Lane.ClientNameOf(lane),
        responsibleId = IdOf("employee", lane, 1),
        numbers = new[] { "+" + Lane.ClientNumberOf(lane) },
    }));
}

[CollectionDefinition(Name)]
public sealed class StageCollection : ICollectionFixture<Stage>
{
    public const string Name = "Stage";
}
