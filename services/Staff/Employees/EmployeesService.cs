using CallCenterCrm.ServiceDefaults.Grpc;
using CallCenterCrm.ServiceDefaults.Input;
using CallCenterCrm.Staff.SignIn;
using CallCenterCrm.Staff.V1;
using Grpc.Core;

namespace CallCenterCrm.Staff.Employees;

/// <summary>protos/callcenter/staff/v1/employees.proto over the employees.</summary>
internal sealed class EmployeesService(EmployeeStore employees, SignInService signIn, ClientAddresses addresses) : V1.Employees.EmployeesBase
{
    private const int LongestTeam = 100;

    public override async Task<GetEmployeeResponse> GetEmployee(GetEmployeeRequest request, ServerCallContext context)
    {
        var violations = new Violations();
        var id = violations.Identity("id", request.Id);
        violations.ThrowIfAny();
        return new() { Employee = EmployeeMessages.Write(await employees.GetAsync(id, context.CancellationToken)) };
    }

    public override async Task<ListEmployeesResponse> ListEmployees(ListEmployeesRequest request, ServerCallContext context)
    {
        var violations = new Violations();
        var filter = new EmployeeFilter(
            violations.OptionalText("team", request.Team, LongestTeam),
            request.Role == V1.Role.Unspecified ? null : EmployeeMessages.Word(request.Role),
            request.WithDismissed);
        if (filter.Role?.Length == 0)
        {
            violations.Add("role", ViolationKey.UnknownWord, EmployeeMessages.KnownRoles);
        }

        var page = await employees.ListAsync(filter, request.PageSize, request.PageToken, violations, context.CancellationToken);
        return new() { Employees = { page.Employees.Select(EmployeeMessages.Write) }, NextPageToken = page.NextPageToken ?? "" };
    }

    public override async Task<CreateEmployeeResponse> CreateEmployee(CreateEmployeeRequest request, ServerCallContext context)
    {
        var violations = new Violations();
        var profile = EmployeeMessages.Read(Given(request.Employee, violations), violations, mask: null);
        var made = await employees.CreateAsync(profile, request.IdempotencyKey, addresses.By(context), violations, context.CancellationToken);
        return new() { Employee = EmployeeMessages.Write(made) };
    }

    public override async Task<UpdateEmployeeResponse> UpdateEmployee(UpdateEmployeeRequest request, ServerCallContext context)
    {
        var violations = new Violations();
        var given = Given(request.Employee, violations);
        string[] mask = [.. request.UpdateMask?.Paths ?? []];
        var profile = EmployeeMessages.Read(given, violations, mask);

        // Without them there is nobody to whom the rest could be applied.
        var found = violations.Found.Count;
        var id = violations.Identity("employee.id", given.Id);
        violations.Version("employee.version", given.Version);
        if (violations.Found.Count > found)
        {
            violations.ThrowIfAny();
        }

        var changed = await employees.UpdateAsync(id, given.Version, profile, mask, addresses.By(context), violations, context.CancellationToken);
        return new() { Employee = EmployeeMessages.Write(changed) };
    }

    public override async Task<DismissEmployeeResponse> DismissEmployee(DismissEmployeeRequest request, ServerCallContext context)
    {
        var violations = new Violations();
        var id = violations.Identity("employee_id", request.EmployeeId);
        violations.Version("version", request.Version);
        violations.ThrowIfAny();
        return new() { Employee = EmployeeMessages.Write(await employees.DismissAsync(id, request.Version, addresses.By(context), context.CancellationToken)) };
    }

    public override async Task<ResetAccessResponse> ResetAccess(ResetAccessRequest request, ServerCallContext context)
    {
        var violations = new Violations();
        var id = violations.Identity("employee_id", request.EmployeeId);
        violations.ThrowIfAny();
        return new()
        {
            OneTimePassword = await signIn.ResetAccessAsync(id, request.RemoveSecondFactor, addresses.By(context), context.CancellationToken),
        };
    }

    private static V1.Employee Given(V1.Employee? employee, Violations violations)
    {
        if (employee is null)
        {
            violations.Add("employee", ViolationKey.Required);
            violations.ThrowIfAny();
        }

        return employee!;
    }
}
