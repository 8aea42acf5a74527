using CallCenterCrm.ServiceDefaults.Grpc;
using CallCenterCrm.Staff.Tests.Support;
using CallCenterCrm.Staff.V1;
using Google.Rpc;
using Grpc.Core;
using Xunit;

namespace CallCenterCrm.Staff.Tests.Api;

/// <summary>Employees as other systems read and change them.</summary>
[Collection(nameof(StaffApi))]
public sealed class EmployeesApiTests(StaffApi staff)
{
    [Fact]
    public async Task An_employee_is_entered_once_however_often_the_request_is_sent()
    {
        var request = Request("once");
        request.Employee.Mobile = "8 916 123-45-67";
        request.Employee.WorkingHours.Add(new WorkingSpan { Weekday = 1, OpensMinute = 540, ClosesMinute = 1080 });
        request.Employee.Absences.Add(new V1.Absence { Kind = V1.AbsenceKind.Sick, FirstDay = "2026-05-01", LastDay = "2026-05-03" });
        request.Employee.RingGroups.Add(new V1.RingGroupPlace { GroupId = Guid.NewGuid().ToString(), Position = 2 });

        var made = (await staff.Employees.CreateEmployeeAsync(request, staff.Owner)).Employee;

        Assert.Equal(made, (await staff.Employees.CreateEmployeeAsync(request, staff.Owner)).Employee);
        Assert.Equal(made, (await staff.Employees.GetEmployeeAsync(new() { Id = made.Id }, staff.Owner)).Employee);
        Assert.Equal((1, "79161234567", Role.Manager), (made.Version, made.Mobile, made.Roles.Single()));
        Assert.Equal(request.Employee.Absences, made.Absences);
        Assert.Equal(request.Employee.RingGroups, made.RingGroups);
        Assert.Contains((await staff.Employees.ListEmployeesAsync(new() { Role = Role.Manager }, staff.Owner)).Employees, one => one.Id == made.Id);
    }

    [Fact]
    public async Task An_update_changes_what_its_mask_names_and_a_stale_one_is_told_the_version()
    {
        var made = (await staff.Employees.CreateEmployeeAsync(Request("masked"), staff.Owner)).Employee;
        var update = new UpdateEmployeeRequest
        {
            Employee = new() { Id = made.Id, Version = 1, Team = "Север", Name = "not in the mask", Absences = { new V1.Absence { FirstDay = "never" } } },
            UpdateMask = new() { Paths = { "team" } },
        };

        var changed = (await staff.Employees.UpdateEmployeeAsync(update, staff.Owner)).Employee;

        Assert.Equal((2, "Север", made.Name), (changed.Version, changed.Team, changed.Name));
        var stale = await Assert.ThrowsAsync<RpcException>(async () => await staff.Employees.UpdateEmployeeAsync(update, staff.Owner));
        Assert.Equal(StatusCode.Aborted, stale.StatusCode);
        Assert.Equal("2", RichStatus.Of(stale)!.Detail<ErrorInfo>()!.Metadata["current"]);
    }

    [Theory]
    [InlineData("ru", "допустимо одно из: own, team, all", "Запрос отклонён")]
    [InlineData("en", "one of: own, team, all", "The request is refused")]
    public async Task Everything_wrong_is_told_at_once_by_field_in_the_callers_language(string language, string visibility, string message)
    {
        var token = StaffApi.Bearing(staff.Owner.GetValue("authorization")!["Bearer ".Length..], language);
        var request = new CreateEmployeeRequest
        {
            Employee = new()
            {
                Roles = { (Role)77 },
                Visibility = (V1.Visibility)9,
                TimeZone = "Europe/Moscow",
                Extension = "1",
                RingGroups = { new V1.RingGroupPlace { GroupId = "the first", Position = 1 } },
                Absences = { new V1.Absence { Kind = V1.AbsenceKind.Holiday, FirstDay = "1 May", LastDay = "2026-05-03" } },
            },
        };

        var refusal = await Assert.ThrowsAsync<RpcException>(async () => await staff.Employees.CreateEmployeeAsync(request, token));

        var fields = Fields(refusal);
        Assert.Equal(
            ["employee.absences[0].first_day", "employee.extension", "employee.name", "employee.ring_groups[0].group_id", "employee.roles[0]",
                "employee.visibility", "idempotency_key"],
            fields.Select(field => field.Field).Order(StringComparer.Ordinal));
        Assert.Equal(visibility, fields.Single(field => field.Field == "employee.visibility").Description);
        Assert.StartsWith(message, refusal.Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Whom_there_is_not_is_not_found_and_an_id_that_is_none_is_refused()
    {
        var missing = await Assert.ThrowsAsync<RpcException>(async () => await staff.Employees.GetEmployeeAsync(new() { Id = Guid.NewGuid().ToString() }, staff.Owner));
        var malformed = await Assert.ThrowsAsync<RpcException>(async () => await staff.Employees.DismissEmployeeAsync(new() { EmployeeId = "7" }, staff.Owner));

        Assert.Equal(StatusCode.NotFound, missing.StatusCode);
        Assert.Equal(["employee_id", "version"], Fields(malformed).Select(field => field.Field));
    }

    internal static IReadOnlyList<BadRequest.Types.FieldViolation> Fields(RpcException refusal)
    {
        Assert.Equal(StatusCode.InvalidArgument, refusal.StatusCode);
        return RichStatus.Of(refusal)!.Detail<BadRequest>()!.FieldViolations;
    }

    internal static CreateEmployeeRequest Request(string signInName) => new()
    {
        IdempotencyKey = Guid.NewGuid().ToString(),
        Employee = new() { Name = "Анна Новая", SignInName = signInName, Roles = { Role.Manager }, TimeZone = "Europe/Moscow" },
    };
}
