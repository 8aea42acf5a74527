using CallCenterCrm.Contracts.Staff.V1;
using CallCenterCrm.ServiceDefaults.Authentication;
using CallCenterCrm.Telephony.Calls;
using CallCenterCrm.Telephony.Employees;
using CallCenterCrm.Telephony.Routing;
using CallCenterCrm.Telephony.Stores.Tests.Support;
using Xunit;

namespace CallCenterCrm.Telephony.Stores.Tests.Employees;

/// <summary>What Staff tells, in any order and any number of times, comes to the same copy.</summary>
[Collection(DatabaseTests.Name)]
public sealed class EmployeeRowsTests(DatabaseServer server) : IAsyncLifetime
{
    private static readonly Guid Sales = Samples.Tables.Groups[0].Id;
    private Database _database = null!;
    private RoutingStore _store = null!;

    public async Task InitializeAsync()
    {
        _database = await Database.NewAsync(server);
        _store = new RoutingStore(_database.Source);
    }

    public async Task DisposeAsync() => await _database.DisposeAsync();

    [Fact]
    public async Task All_that_is_told_is_read_back()
    {
        await SeedAsync();
        await TellAsync(Olga with
        {
            TimeZone = "Asia/Omsk",
            Team = "A",
            Mobile = "79035550199",
            WorkingHours = [new WorkingSpan { Weekday = 5, OpensMinute = 1320, ClosesMinute = 1440 }, new WorkingSpan { Weekday = 6, OpensMinute = 0, ClosesMinute = 361 }],
            Absences = [new Absence { Kind = AbsenceKind.Holiday, FirstDay = new DateOnly(2026, 12, 28), LastDay = new DateOnly(2027, 1, 10) }],
        });

        var read = (await _store.LoadAsync(CancellationToken.None)).Employee(Olga.EmployeeId)!;

        Assert.Equal(
            (Olga.Name, "110", "79035550199", "A", "Asia/Omsk", false, 1L),
            (read.Name, read.Extension, read.Mobile, read.Team, read.TimeZone, read.Dismissed, read.Version));
        Assert.Equal(
            [new OpenSpan(5, TimeSpan.FromHours(22), TimeSpan.FromHours(24)), new OpenSpan(6, TimeSpan.Zero, new TimeSpan(6, 1, 0))], read.WorkingHours);
        Assert.Equal([new DaysAway(new DateOnly(2026, 12, 28), new DateOnly(2027, 1, 10))], read.Absences);
    }

    [Fact]
    public async Task Whatever_the_order_and_however_often_the_highest_version_is_what_stays()
    {
        EmployeeChanged[] told =
        [
            Olga with { Version = 1, Name = "One", RingGroups = [Place(Sales, 1)] },
            Olga with { Version = 2, Name = "Two", Extension = null, Absences = [new Absence { Kind = AbsenceKind.Sick, FirstDay = new DateOnly(2026, 1, 1), LastDay = new DateOnly(2026, 1, 2) }] },
            Olga with { Version = 3, Name = "Three", Extension = "111", RingGroups = [Place(Sales, 7)] },
        ];
        await SeedAsync();
        foreach (var order in new[] { "012", "021", "102", "120", "201", "210", "2210012" })
        {
            await _database.ExecuteAsync("DELETE FROM ring_group_members WHERE employee_id = @id; DELETE FROM employees WHERE id = @id", new { id = Olga.EmployeeId });
            foreach (var index in order)
            {
                await TellAsync(told[index - '0']);
            }

            var tables = await _store.LoadAsync(CancellationToken.None);
            var read = tables.Employee(Olga.EmployeeId)!;
            Assert.Equal(("Three", "111", 3L), (read.Name, read.Extension, read.Version));
            Assert.Empty(read.Absences);
            Assert.Equal([Samples.Second, Samples.First, Olga.EmployeeId], tables.Groups.Single().Members);
        }
    }

    // Staff gives 110 from Olga to Igor: Olga's next state is without it, Igor's next one has it.
    [Fact]
    public async Task An_extension_that_moves_has_one_owner_at_any_time_and_the_right_one_in_the_end()
    {
        EmployeeChanged[] told =
        [
            Olga, Olga with { Version = 2, Name = "Renamed" }, Olga with { Version = 3, Extension = null },
            Igor, Igor with { Version = 2, Extension = "110" },
        ];
        foreach (var order in Orders(told))
        {
            await _database.ExecuteAsync("TRUNCATE employees CASCADE");
            foreach (var change in order)
            {
                await TellAsync(change);
                var owners = (await _store.LoadAsync(CancellationToken.None)).Employees.Count(employee => employee.Extension == "110");
                Assert.True(owners <= 1);
            }

            var read = await _store.LoadAsync(CancellationToken.None);
            Assert.Equal((null, "110"), (read.Employee(Olga.EmployeeId)!.Extension, read.Employee(Igor.EmployeeId)!.Extension));
        }
    }

    [Fact]
    public async Task An_extension_is_at_once_whose_it_was_told_to_become_last_and_other_news_of_its_former_owner_do_not_take_it_back()
    {
        await TellAsync(Olga);
        await TellAsync(Igor);
        await TellAsync(Igor with { Version = 2, Extension = "110" });
        Assert.Equal((null, "110"), await ExtensionsAsync());

        await TellAsync(Olga with { Version = 2, Name = "Renamed" });
        Assert.Equal((null, "110"), await ExtensionsAsync());

        // What Olga had stays hers if Igor's step was taken back before hers was told.
        await TellAsync(Igor with { Version = 3, Extension = "120" });
        Assert.Equal(("110", "120"), await ExtensionsAsync());

        async Task<(string?, string?)> ExtensionsAsync()
        {
            var read = await _store.LoadAsync(CancellationToken.None);
            return (read.Employee(Olga.EmployeeId)!.Extension, read.Employee(Igor.EmployeeId)!.Extension);
        }
    }

    [Fact]
    public async Task Many_who_are_told_of_at_once_do_not_stand_in_each_others_way()
    {
        await SeedAsync();
        var told = Enumerable.Range(1, 12).SelectMany(person => Enumerable.Range(1, 4).Select(version => Olga with
        {
            EmployeeId = new Guid(person, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10),
            Version = version,
            Name = $"{person} {version}",
            Extension = version < 4 ? "150" : $"{200 + person}",
            RingGroups = [Place(Sales, 100 - person)],
        })).ToArray();
        Random.Shared.Shuffle(told);

        await Parallel.ForEachAsync(told, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (change, _) => await TellAsync(change));

        var read = await _store.LoadAsync(CancellationToken.None);
        Assert.All(Enumerable.Range(1, 12), person => Assert.Equal(
            ($"{person} 4", $"{200 + person}"),
            read.Employees.Where(employee => employee.Id == new Guid(person, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10)).Select(employee => (employee.Name, employee.Extension!)).Single()));
        Assert.Equal(Enumerable.Range(1, 12).Select(person => 213 - person), read.Groups.Single().Members.Skip(2).Select(id => int.Parse(read.Employee(id)!.Extension!, null)));
    }

    [Fact]
    public async Task A_groups_order_is_by_position_and_of_equal_ones_by_the_smaller_extension()
    {
        await SeedAsync();
        await TellAsync(Told(1, "1000", 1));
        await TellAsync(Told(2, "999", 1));
        await TellAsync(Told(3, "101", 3)); // from Samples.First, of whom only a first value is known
        await TellAsync(Told(4, null, 2));
        await TellAsync(Told(5, "998", -5));
        await _database.ExecuteAsync("DELETE FROM ring_group_members WHERE employee_id IN (@First, @Second)", new { Samples.First, Samples.Second });

        var tables = await _store.LoadAsync(CancellationToken.None);

        Assert.Equal([5, 2, 1, 4, 3], tables.Groups.Single().Members.Select(id => id.ToByteArray()[0]));

        static EmployeeChanged Told(int person, string? extension, int position) => Olga with
        {
            EmployeeId = new Guid(person, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10),
            Extension = extension,
            RingGroups = [Place(Sales, position)],
        };
    }

    [Fact]
    public async Task Whoever_is_dismissed_leaves_his_groups_and_phones_and_his_extension_is_the_next_ones()
    {
        await SeedAsync();
        await TellAsync(Olga with { RingGroups = [Place(Sales, 9)] });
        await TellAsync(Igor with { Extension = "110" });
        await TellAsync(Olga with { Version = 2, RingGroups = [Place(Sales, 9)], Dismissed = true });

        var tables = await _store.LoadAsync(CancellationToken.None);

        var olga = tables.Employee(Olga.EmployeeId)!;
        Assert.Equal((true, null, null), (olga.Dismissed, olga.Extension, olga.Mobile));
        Assert.Equal("110", tables.Employee(Igor.EmployeeId)!.Extension);
        Assert.DoesNotContain(Olga.EmployeeId, tables.Groups.Single().Members);
        Assert.Empty(RoutingCheck.Mistakes(tables));
    }

    [Fact]
    public async Task Places_in_a_group_that_is_not_known_wait_for_it()
    {
        var later = new RingGroup(Guid.NewGuid(), "Later", RingGroupPick.Order, []);
        var read = EmployeeReading.Of(Olga with { RingGroups = [Place(later.Id, 2), Place(Sales, 1)] });
        await using (var connection = await _database.Source.OpenConnectionAsync())
        await using (var transaction = await connection.BeginTransactionAsync())
        {
            Assert.True(await EmployeeRows.SaveAsync(read.Employee, read.Places, connection, transaction, CancellationToken.None));
            Assert.Equal(2, await EmployeeRows.CountUnknownAsync(read.Places, connection, transaction, CancellationToken.None));
            await RoutingKind.Groups.SaveAsync(later, connection, transaction, CancellationToken.None);
            Assert.Equal(1, await EmployeeRows.CountUnknownAsync(read.Places, connection, transaction, CancellationToken.None));
            await transaction.CommitAsync();
        }

        Assert.Equal([Olga.EmployeeId], (await _store.LoadAsync(CancellationToken.None)).Groups.Single().Members);
    }

    [Fact]
    public async Task First_values_are_overwritten_by_what_staff_tells_and_never_the_other_way_round()
    {
        var told = Olga with { EmployeeId = Samples.First, Name = "Told", Extension = "190", RingGroups = [Place(Sales, 5)] };
        await TellAsync(told);
        await SeedAsync();
        await CheckAsync();

        await _database.ExecuteAsync("TRUNCATE employees, ring_groups, business_hours, escalation_rules, trunk_numbers CASCADE");
        await SeedAsync();
        await TellAsync(told);
        await CheckAsync();

        async Task CheckAsync()
        {
            var tables = await _store.LoadAsync(CancellationToken.None);
            Assert.Equal(("Told", "190"), (tables.Employee(Samples.First)!.Name, tables.Employee(Samples.First)!.Extension));
            Assert.Equal("102", tables.Employee(Samples.Second)!.Extension);
            Assert.Equal([Samples.Second, Samples.First], tables.Groups.Single().Members);
            Assert.Equal("Sales", tables.Rules.Single().Name);
        }
    }

    [Fact]
    public async Task Whose_calls_a_head_sees_follows_the_teams_and_phones_that_staff_tells()
    {
        await TellAsync(Olga with { Team = "A", Mobile = "79035550110" });
        await TellAsync(Igor with { Team = "B" });
        Assert.Equal(["110", "79035550110"], await SeenAsync());

        await TellAsync(Igor with { Version = 2, Team = "A" });
        await TellAsync(Olga with { Version = 2, Team = "A", Extension = null });
        Assert.Equal(["120"], await SeenAsync());

        async Task<IEnumerable<string>> SeenAsync()
        {
            await using var connection = await _database.Source.OpenConnectionAsync();
            var head = new ServiceDefaults.Authentication.Caller
            {
                Kind = CallerKind.Employee,
                Id = Guid.NewGuid(),
                Visibility = Visibility.Team,
                Team = "A",
                Permissions = [],
            };
            return (await CallVisibility.OfAsync(head, connection, CancellationToken.None)).Phones!.Order(StringComparer.Ordinal);
        }
    }

    private static EmployeeChanged Olga { get; } = new()
    {
        EmployeeId = new Guid("11111111-0000-0000-0000-000000000110"),
        Version = 1,
        Name = "Ольга",
        Roles = ["manager"],
        Extension = "110",
        Visibility = "own",
        TimeZone = "Europe/Moscow",
        WorkingHours = [],
        RingGroups = [],
        Absences = [],
    };

    private static EmployeeChanged Igor { get; } = Olga with
    {
        EmployeeId = new Guid("11111111-0000-0000-0000-000000000120"),
        Name = "Игорь",
        Extension = "120",
    };

    private static RingGroupPlace Place(Guid group, int position) => new() { GroupId = group, Position = position };

    private static IEnumerable<EmployeeChanged[]> Orders(EmployeeChanged[] told) => told.Length <= 1
        ? [told]
        : told.SelectMany((first, index) => Orders([.. told[..index], .. told[(index + 1)..]]).Select(rest => (EmployeeChanged[])[first, .. rest]));

    private Task<bool> SeedAsync() => _store.SeedAsync(Samples.Tables, CancellationToken.None);

    private async Task TellAsync(EmployeeChanged change)
    {
        var read = EmployeeReading.Of(change);
        await using var connection = await _database.Source.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await EmployeeRows.SaveAsync(read.Employee, read.Places, connection, transaction, CancellationToken.None);
        await transaction.CommitAsync();
    }
}
