using CallCenterCrm.Leads.Employees;

namespace CallCenterCrm.Leads.Callbacks;

/// <summary>
/// Which callbacks somebody sees: all; or those of certain employees' clients, those passed to them, those that he has taken,
/// and those of nobody's clients.
/// </summary>
internal static class CallbackVisibility
{
    /// <summary>The rule for a query of the table callbacks, with the parameters of <see cref="SeenEmployees.AddTo"/>.</summary>
    public static string Clause(SeenEmployees seen) => seen.Ids is null
        ? "true"
        : "(assigned_to = ANY(@seen) OR responsible_id = ANY(@seen) OR lease_by = @seer OR (@nobodys AND assigned_to IS NULL AND responsible_id IS NULL))";
}
