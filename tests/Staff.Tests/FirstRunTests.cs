using System.Text.Json.Nodes;
using CallCenterCrm.Servers;
using CallCenterCrm.ServiceDefaults.Authentication;
using CallCenterCrm.ServiceDefaults.Settings;
using CallCenterCrm.Staff.Employees;
using CallCenterCrm.Staff.SignIn;
using CallCenterCrm.Staff.Tests.Support;
using Microsoft.Extensions.Configuration;
using Xunit;

namespace CallCenterCrm.Staff.Tests;

public sealed class FirstRunTests(PostgresServer server) : StaffTest(server)
{
    private static readonly Guid Anna = Guid.NewGuid();

    private protected override IReadOnlyList<(Guid Id, EmployeeProfile Profile)> First =>
        [(Anna, new EmployeeProfile { Name = "Анна", SignInName = "anna", Roles = [Roles.Manager], TimeZone = "Europe/Moscow", Extension = "101" })];

    [Fact]
    public async Task An_empty_company_gets_its_first_employees_and_an_owner_with_random_passwords()
    {
        Assert.True(await World.Get<FirstRun>().EnterAsync(default));
        var file = Path.Combine(World.Directory, FirstRun.PasswordsFile);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        var text = await File.ReadAllTextAsync(file);
        var people = JsonNode.Parse(text)!.AsArray().ToDictionary(one => (string)one!["signInName"]!, one => (string)one!["oneTimePassword"]!, StringComparer.Ordinal);
        Assert.Equal(["anna", "owner"], people.Keys.Order(StringComparer.Ordinal));
        Assert.NotEqual(people["anna"], people["owner"]);

        var step = await World.SignIn.SignInAsync("owner", people["owner"], StaffWorld.Home, "", default);
        Assert.Equal(Stage.NewPassword, step.Lacks);
        var grant = (await World.SignIn.ChooseNewPasswordAsync(step.Challenge!, StaffWorld.Password, StaffWorld.Home, default)).Grant!;
        Assert.Equal([Roles.Owner], grant.Employee.Profile.Roles);

        Assert.False(await World.Get<FirstRun>().EnterAsync(default));
        Assert.Equal(text, await File.ReadAllTextAsync(file));
        Assert.Equal(2, await World.ScalarAsync<int>("SELECT count(*)::int FROM changes"));
    }

    [Fact]
    public void The_company_of_the_demo_is_sound()
    {
        var settings = new SettingsReader(new ConfigurationBuilder().AddInMemoryCollection(
            [KeyValuePair.Create("SeedFile", (string?)Path.Combine(Repository.Root, "deploy/company/employees.json"))]).Build());

        var first = FirstRun.Read(settings);

        settings.ThrowIfWrong();
        Assert.Contains(first, one => one.Profile.Roles.Contains(Roles.Owner) && one.Profile.Mobile == "79035550001");
        var telephony = JsonNode.Parse(File.ReadAllText(Path.Combine(Repository.Root, "deploy/company/telephony.json")))!;
        var named = telephony["rules"]!.AsArray().SelectMany(rule => rule!["steps"]!.AsArray()).Select(step => (string?)step!["employeeId"]).OfType<string>();
        Assert.All(named, id => Assert.Contains(first, one => one.Id == Guid.Parse(id)));
        var groups = telephony["groups"]!.AsArray().Select(group => Guid.Parse((string)group!["id"]!)).ToArray();
        Assert.All(
            groups, group => Assert.Contains(first, one => one.Profile.Extension is not null && one.Profile.RingGroups.Any(place => place.GroupId == group)));
        Assert.All(first.SelectMany(one => one.Profile.RingGroups), place => Assert.Contains(place.GroupId, groups));
    }

    [Fact]
    public void Every_mistake_of_the_file_is_told_with_its_row()
    {
        var file = Path.Combine(World.Directory, "staff.json");
        File.WriteAllText(file, """[{ "name": "Анна", "roles": ["king"], "visibility": "much" }]""");
        var settings = new SettingsReader(new ConfigurationBuilder().AddInMemoryCollection([KeyValuePair.Create("SeedFile", (string?)file)]).Build());

        FirstRun.Read(settings);

        Assert.Equal(
            ["SeedFile, employee 1, employee.id", "SeedFile, employee 1, employee.roles[0]", "SeedFile, employee 1, employee.visibility"],
            settings.Errors.Select(error => error.Key));
    }
}
