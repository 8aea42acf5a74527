using CallCenterCrm.Leads.Employees;

namespace CallCenterCrm.Leads.Clients;

/// <summary>Which clients somebody sees: all; or those of certain employees, and nobody's.</summary>
internal static class ClientVisibility
{
    /// <summary>The rule for a query of the table clients, with the parameters of <see cref="SeenEmployees.AddTo"/>.</summary>
    public static string Clause(SeenEmployees seen) =>
        seen.Ids is null ? "true" : "(clients.responsible_id = ANY(@seen) OR (@nobodys AND clients.responsible_id IS NULL))";
}
