using System.Globalization;
using System.Text.Json;
using CallCenterCrm.Contracts.Staff.V1;
using CallCenterCrm.Messaging;
using CallCenterCrm.ServiceDefaults.Authentication;
using CallCenterCrm.ServiceDefaults.Input;
using CallCenterCrm.Staff.Employees;
using CallCenterCrm.Staff.Tests.Support;
using Dapper;
using Npgsql;
using Xunit;

namespace CallCenterCrm.Staff.Tests.Employees;

public sealed class EmployeeTests(PostgresServer server) : StaffTest(server)
{
    [Fact]
    public async Task What_is_entered_is_read_back_and_published_whole()
    {
        var group = Guid.NewGuid();
        var profile = World.Profile(Roles.Manager, Roles.HeadOfSales) with
        {
            Team = "Север",
            Mobile = "8 (903) 555-01-02",
            Visibility = Visibility.Team,
            WorkingHours = [Span(2, 540, 1080), Span(1, 540, 780), Span(1, 840, 1440)],
            RingGroups = [new() { GroupId = group, Position = 2 }],
            Absences = [Away("2026-04-01", "2026-04-14", AbsenceKind.Holiday), Away("2026-03-02", "2026-03-02", AbsenceKind.Sick)],
        };

        var made = await World.HireAsync(profile);
        var read = await World.Employees.GetAsync(made.Id, default);

        Assert.Equal(Json(made), Json(read));
        Assert.Equal("79035550102", read.Profile.Mobile);
        Assert.Equal([1, 1, 2], read.Profile.WorkingHours.Select(span => span.Weekday));
        var published = Assert.Single(await PublishedAsync());
        Assert.Equal(Json(read.Changed()), Json(published));
        Assert.Equal((1, "team", new DateOnly(2026, 3, 2)), (published.Version, published.Visibility, published.Absences[0].FirstDay));
    }

    [Fact]
    public async Task Everything_that_is_wrong_is_told_at_once()
    {
        var other = await World.HireAsync();
        var refused = await Assert.ThrowsAsync<InputException>(() => World.Employees.CreateAsync(
            new EmployeeProfile
            {
                Name = " ",
                SignInName = "Аня",
                Roles = ["king"],
                Extension = other.Profile.Extension,
                Mobile = "112",
                TimeZone = "Moscow",
                WorkingHours = [Span(8, 600, 500)],
                RingGroups = [new() { GroupId = Guid.Empty, Position = 0 }],
                Absences = [Away("2026-05-10", "2026-05-01"), Away("2026-06-01", "2026-06-10"), Away("2026-06-10", "2026-06-12")],
            }, "key", World.Owner, new(), default));

        Assert.Equal(
            [("employee.absences[0]", ViolationKey.EndBeforeStart), ("employee.absences[2]", ViolationKey.Overlaps), ("employee.extension", ViolationKey.Taken),
                ("employee.mobile", ViolationKey.NotANumber), ("employee.name", ViolationKey.Required), ("employee.ring_groups[0].group_id", ViolationKey.Required),
                ("employee.ring_groups[0].position", ViolationKey.OutOfRange), ("employee.roles[0]", ViolationKey.UnknownWord),
                ("employee.sign_in_name", ViolationKey.WrongFormat), ("employee.time_zone", ViolationKey.UnknownTimeZone),
                ("employee.working_hours[0]", ViolationKey.EndBeforeStart), ("employee.working_hours[0].weekday", ViolationKey.OutOfRange)],
            refused.Violations.Select(violation => (violation.Field, violation.Key)).Order());
        Assert.Equal(1, await World.ScalarAsync<int>("SELECT count(*)::int FROM employees"));
    }

    [Fact]
    public async Task A_change_on_a_stale_version_is_refused_and_changes_nothing()
    {
        var employee = await World.HireAsync();
        await World.Employees.UpdateAsync(employee.Id, 1, employee.Profile with { Team = "Север" }, ["team"], World.Owner, new(), default);

        var refused = await Assert.ThrowsAsync<StaleVersionException>(() =>
            World.Employees.UpdateAsync(employee.Id, 1, employee.Profile with { Team = "Юг" }, ["team"], World.Owner, new(), default));

        Assert.Equal(2, refused.Current);
        Assert.Equal("Север", (await World.Employees.GetAsync(employee.Id, default)).Profile.Team);
        Assert.Equal([1L, 2L], (await PublishedAsync()).Select(change => change.Version));
    }

    [Fact]
    public async Task Of_ten_changes_at_once_on_one_version_one_wins()
    {
        var employee = await World.HireAsync();

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 10).Select(i => OutcomeAsync(() =>
            World.Employees.UpdateAsync(employee.Id, 1, employee.Profile with { Team = $"Team {i}" }, ["team"], World.Owner, new(), default))));

        Assert.Single(outcomes, outcome => outcome == "done");
        Assert.Equal(9, outcomes.Count(outcome => outcome == nameof(StaleVersionException)));
        Assert.Equal(2, (await World.Employees.GetAsync(employee.Id, default)).Version);
    }

    [Fact]
    public async Task Of_ten_who_are_given_one_extension_at_once_one_gets_it()
    {
        var profiles = Enumerable.Range(0, 10).Select(_ => World.Profile() with { Extension = "777" }).ToList();

        var outcomes = await Task.WhenAll(profiles.Select(profile => OutcomeAsync(() => World.HireAsync(profile))));

        Assert.Single(outcomes, outcome => outcome == "done");
        Assert.Equal(9, outcomes.Count(outcome => outcome == "employee.extension: Taken"));
        Assert.Equal(1, await World.ScalarAsync<int>("SELECT count(*)::int FROM changes"));
    }

    [Fact]
    public async Task Only_the_fields_of_the_mask_change()
    {
        var employee = await World.HireAsync();

        var changed = await World.Employees.UpdateAsync(
            employee.Id, 1, new EmployeeProfile { Name = "ignored", Team = "Север", Extension = null }, ["team", "extension"], World.Owner, new(), default);

        Assert.Equal((employee.Profile.Name, "Север", null), (changed.Profile.Name, changed.Profile.Team, changed.Profile.Extension));
        Assert.Equal(("update_mask", ViolationKey.Required), await ViolationAsync(() => World.Employees.UpdateAsync(employee.Id, 2, employee.Profile, [], World.Owner, new(), default)));
        Assert.Equal(("update_mask", ViolationKey.UnknownField), await ViolationAsync(() => World.Employees.UpdateAsync(employee.Id, 2, employee.Profile, ["version"], World.Owner, new(), default)));
    }

    [Fact]
    public async Task A_repeated_request_enters_one_employee()
    {
        var profile = World.Profile();
        World.Time.Advance(TimeSpan.FromTicks(7));

        var made = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => World.Employees.CreateAsync(profile, "the same", World.Owner, new(), default)));

        Assert.Single(made.Select(Json).Distinct());
        Assert.Equal(1, await World.ScalarAsync<int>("SELECT count(*)::int FROM employees"));
        Assert.Equal(("idempotency_key", ViolationKey.KeyUsedForAnother), await ViolationAsync(() =>
            World.Employees.CreateAsync(profile with { Name = "Другой" }, "the same", World.Owner, new(), default)));
    }

    [Fact]
    public async Task A_dismissed_employee_gives_back_his_phone_and_cannot_be_confused()
    {
        var employee = await World.HireAsync();
        var dismissed = await World.Employees.DismissAsync(employee.Id, 1, World.Owner, default);

        var heir = await World.HireAsync(World.Profile() with { Extension = employee.Profile.Extension, SignInName = employee.Profile.SignInName });

        Assert.True(dismissed.Dismissed);
        Assert.Equal([(1L, false), (2L, true), (1L, false)], (await PublishedAsync()).Select(change => (change.Version, change.Dismissed)));
        Assert.Equal([heir.Id], (await World.Employees.ListAsync(new(null, null, WithDismissed: false), 10, null, new(), default)).Employees.Select(one => one.Id));
        await Assert.ThrowsAsync<NotFoundException>(() => World.Employees.GetAsync(Guid.NewGuid(), default));
    }

    [Fact]
    public async Task The_company_keeps_an_owner_even_when_two_take_it_from_each_other_at_once()
    {
        var one = await World.HireAsync(World.Profile(Roles.Owner));
        var other = await World.HireAsync(World.Profile(Roles.Owner));

        var outcomes = await Task.WhenAll(
            OutcomeAsync(() => World.Employees.UpdateAsync(one.Id, 1, World.Profile(Roles.Manager), ["roles"], World.Owner, new(), default)),
            OutcomeAsync(() => World.Employees.DismissAsync(other.Id, 1, World.Owner, default)));

        Assert.Single(outcomes, outcome => outcome == "done");
        Assert.Single(outcomes, outcome => outcome is "employee.roles: LastOwner" or "employee_id: LastOwner");
        Assert.Equal(1, await World.ScalarAsync<int>("SELECT count(*)::int FROM employees WHERE NOT dismissed AND 'owner' = ANY(roles)"));
    }

    [Fact]
    public async Task Nobody_gives_or_changes_what_he_himself_may_not()
    {
        var (_, grant) = await World.SignedInAsync(roles: Roles.Administrator);
        var administrator = StaffWorld.AsCaller(grant);
        var owner = await World.HireAsync(World.Profile(Roles.Owner));
        var manager = await World.HireAsync();

        Assert.Equal(Permissions.StaffOwners, (await Assert.ThrowsAsync<PermissionDeniedException>(() =>
            World.Employees.CreateAsync(World.Profile(Roles.Owner), "a", administrator, new(), default))).Permission);
        await Assert.ThrowsAsync<PermissionDeniedException>(() => World.Employees.UpdateAsync(owner.Id, 1, owner.Profile with { SignInName = "mine" }, ["sign_in_name"], administrator, new(), default));
        await Assert.ThrowsAsync<PermissionDeniedException>(() => World.Employees.DismissAsync(owner.Id, 1, administrator, default));
        await Assert.ThrowsAsync<PermissionDeniedException>(() => World.Employees.UpdateAsync(manager.Id, 1, World.Profile(Roles.Owner), ["roles"], administrator, new(), default));
        Assert.Equal(2, (await World.Employees.UpdateAsync(manager.Id, 1, World.Profile(Roles.Administrator), ["roles"], administrator, new(), default)).Version);
    }

    [Theory]
    [InlineData("2026-03-31T20:59:59Z", null)]
    [InlineData("2026-03-31T21:00:00Z", AbsenceKind.Holiday)]
    [InlineData("2026-04-14T20:59:59Z", AbsenceKind.Holiday)]
    [InlineData("2026-04-14T21:00:00Z", null)]
    public async Task An_absence_begins_and_ends_at_midnight_where_the_employee_is(string at, AbsenceKind? kind)
    {
        var employee = await World.HireAsync(World.Profile() with { Absences = [Away("2026-04-01", "2026-04-14", AbsenceKind.Holiday)] });

        Assert.Equal(kind, employee.AbsenceAt(DateTimeOffset.Parse(at, CultureInfo.InvariantCulture))?.Kind);
    }

    [Fact]
    public async Task The_list_is_in_dictionary_order_by_pages_and_filters()
    {
        foreach (var name in (string[])["Ёлкин", "Яшин", "Еремин", "Жуков", "Абрамов"])
        {
            await World.HireAsync(World.Profile() with { Name = name, Team = name.StartsWith('Я') ? "Юг" : "Север" });
        }

        var names = new List<string>();
        string? token = null;
        do
        {
            var page = await World.Employees.ListAsync(new("Север", Roles.Manager, WithDismissed: false), 2, token, new(), default);
            names.AddRange(page.Employees.Select(one => one.Profile.Name));
            token = page.NextPageToken;
        }
        while (token is not null);

        Assert.Equal(["Абрамов", "Ёлкин", "Еремин", "Жуков"], names);
    }

    [Fact]
    public async Task Everybody_is_published_again_when_somebody_rebuilds()
    {
        var employee = await World.HireAsync();
        await World.HireAsync();
        await World.Employees.DismissAsync(employee.Id, 1, World.Owner, default);
        var before = (await PublishedAsync()).Count;

        await World.Get<NpgsqlDataSource>().InTransactionAsync(
            async (connection, transaction) =>
            {
                await EmployeeStore.PublishAllAsync(connection, transaction, default);
                return true;
            }, default);

        Assert.Equal([(1L, false), (2L, true)], (await PublishedAsync()).Skip(before).Select(change => (change.Version, change.Dismissed)).Order());
    }

    private async Task<IReadOnlyList<EmployeeChanged>> PublishedAsync()
    {
        await using var connection = await World.Get<NpgsqlDataSource>().OpenConnectionAsync();
        var rows = await connection.QueryAsync<(string Kind, string Body)>("SELECT kind, body::text FROM changes ORDER BY seq");
        return [.. rows.Select(row =>
        {
            Assert.Equal(typeof(EmployeeChanged).FullName, row.Kind);
            return JsonSerializer.Deserialize<EmployeeChanged>(row.Body, ChangeLog.Json)!;
        })];
    }

    private static async Task<string> OutcomeAsync(Func<Task> act)
    {
        try
        {
            await act();
            return "done";
        }
        catch (InputException fault)
        {
            return fault.Message;
        }
        catch (StaleVersionException fault)
        {
            return fault.GetType().Name;
        }
    }

    private static async Task<(string Field, ViolationKey Key)> ViolationAsync(Func<Task> act)
    {
        var violation = (await Assert.ThrowsAsync<InputException>(act)).Violations.Single();
        return (violation.Field, violation.Key);
    }

    private static string Json<T>(T value) => JsonSerializer.Serialize(value);

    private static WorkingSpan Span(int weekday, int opens, int closes) => new() { Weekday = weekday, OpensMinute = opens, ClosesMinute = closes };

    private static Absence Away(string first, string last, AbsenceKind kind = AbsenceKind.Sick) => new()
    {
        Kind = kind,
        FirstDay = DateOnly.Parse(first, CultureInfo.InvariantCulture),
        LastDay = DateOnly.Parse(last, CultureInfo.InvariantCulture),
    };
}
