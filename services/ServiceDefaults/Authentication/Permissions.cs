using System.Collections.Frozen;

namespace CallCenterCrm.ServiceDefaults.Authentication;

/// <summary>
/// Every permission of the product and what each role may do: the one place for both. A permission is what a method or a
/// page names; a role is what an employee has; a token carries permissions only, so that a service need not know roles.
/// </summary>
public static class Permissions
{
    /// <summary>Stands in place of a permission at a method that nobody needs to be signed in for, such as signing in.</summary>
    public const string Anonymous = "anonymous";

    /// <summary>Stands in place of a permission at a method that anybody who is signed in may call, for himself.</summary>
    public const string SignedIn = "signed_in";

    /// <summary>See calls, their history and what happens now.</summary>
    public const string CallsRead = "calls.read";

    /// <summary>Hear recordings.</summary>
    public const string CallsListen = "calls.listen";

    /// <summary>Ring somebody, take over a ringing call, transfer.</summary>
    public const string CallsDial = "calls.dial";

    /// <summary>Take lists of calls out of the product.</summary>
    public const string CallsExport = "calls.export";

    /// <summary>See callbacks.</summary>
    public const string CallbacksRead = "callbacks.read";

    /// <summary>Take, close and hand over callbacks.</summary>
    public const string CallbacksWrite = "callbacks.write";

    /// <summary>See clients.</summary>
    public const string ClientsRead = "clients.read";

    /// <summary>Make and change clients.</summary>
    public const string ClientsWrite = "clients.write";

    /// <summary>Take lists of clients out of the product.</summary>
    public const string ClientsExport = "clients.export";

    /// <summary>See leads.</summary>
    public const string LeadsRead = "leads.read";

    /// <summary>Make and change leads.</summary>
    public const string LeadsWrite = "leads.write";

    /// <summary>See deals, documents, invoices and payments.</summary>
    public const string DealsRead = "deals.read";

    /// <summary>Make and change deals, documents, invoices and payments.</summary>
    public const string DealsWrite = "deals.write";

    /// <summary>See reports.</summary>
    public const string ReportsRead = "reports.read";

    /// <summary>See groups, rules, hours and trunk numbers, and try them out.</summary>
    public const string RoutingRead = "routing.read";

    /// <summary>Change groups, rules, hours and trunk numbers.</summary>
    public const string RoutingWrite = "routing.write";

    /// <summary>See employees.</summary>
    public const string StaffRead = "staff.read";

    /// <summary>Make, change and dismiss employees, and reset their access.</summary>
    public const string StaffWrite = "staff.write";

    /// <summary>Do that to owners, too, and make somebody an owner.</summary>
    public const string StaffOwners = "staff.owners";

    /// <summary>See API keys; their secrets nobody sees.</summary>
    public const string ApiKeysRead = "api_keys.read";

    /// <summary>Make and revoke API keys.</summary>
    public const string ApiKeysWrite = "api_keys.write";

    /// <summary>Read the audit log.</summary>
    public const string AuditRead = "audit.read";

    private static readonly string[] Selling =
    [
        CallsRead, CallsListen, CallsDial, CallbacksRead, CallbacksWrite, ClientsRead, ClientsWrite, LeadsRead, LeadsWrite,
        DealsRead, DealsWrite, ReportsRead, RoutingRead, StaffRead,
    ];

    private static readonly string[] Administering =
        [.. Selling, CallsExport, ClientsExport, RoutingWrite, StaffWrite, ApiKeysRead, ApiKeysWrite, AuditRead];

    private static readonly FrozenDictionary<string, string[]> ByRole = new Dictionary<string, string[]>(StringComparer.Ordinal)
    {
        [Roles.Manager] = Selling,
        [Roles.HeadOfSales] = [.. Selling, CallsExport, ClientsExport, RoutingWrite],
        [Roles.Marketing] = [CallsRead, ClientsRead, LeadsRead, LeadsWrite, ReportsRead, StaffRead],
        [Roles.Administrator] = Administering,
        [Roles.Owner] = [.. Administering, StaffOwners],

        // What another system may do is said by its API key, one by one; the role itself gives nothing.
        [Roles.Integration] = [],
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Every permission that a token can carry.</summary>
    public static FrozenSet<string> All { get; } = ByRole.Values.SelectMany(names => names).ToFrozenSet(StringComparer.Ordinal);

    /// <summary>What somebody with these roles may do, in a stable order.</summary>
    /// <exception cref="KeyNotFoundException">A role is unknown.</exception>
    public static IReadOnlyList<string> Of(IEnumerable<string> roles) =>
        [.. roles.SelectMany(role => ByRole[role]).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
}

/// <summary>What an employee can be.</summary>
public static class Roles
{
    /// <summary>Talks with clients («Менеджер»).</summary>
    public const string Manager = "manager";

    /// <summary>Leads the managers («Руководитель отдела продаж»).</summary>
    public const string HeadOfSales = "head_of_sales";

    /// <summary>Owns the company; at least one employee is it («Владелец»).</summary>
    public const string Owner = "owner";

    /// <summary>Brings leads («Маркетолог»).</summary>
    public const string Marketing = "marketing";

    /// <summary>Looks after the product («Администратор»).</summary>
    public const string Administrator = "administrator";

    /// <summary>No person but a system of the company's («Интеграция»).</summary>
    public const string Integration = "integration";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } = [Manager, HeadOfSales, Owner, Marketing, Administrator, Integration];
}

/// <summary>Whose clients, leads, calls and deals somebody sees.</summary>
public enum Visibility
{
    /// <summary>Those that he is responsible for.</summary>
    Own,

    /// <summary>Those of his team.</summary>
    Team,

    /// <summary>All.</summary>
    All,
}
