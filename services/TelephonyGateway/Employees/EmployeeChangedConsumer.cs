using System.Diagnostics.Metrics;
using CallCenterCrm.Contracts.Staff.V1;
using CallCenterCrm.Messaging;
using Npgsql;

namespace CallCenterCrm.Telephony.Employees;

/// <summary>Keeps our copy of Staff's employees, by which calls ring on while Staff is away.</summary>
internal sealed partial class EmployeeChangedConsumer(NpgsqlDataSource dataSource, ILogger<EmployeeChangedConsumer> logger)
    : InboxConsumer<EmployeeChanged>(dataSource)
{
    private static readonly Meter Meter = new("CallCenterCrm.Telephony.Employees");
    private static readonly Counter<long> LeftOut = Meter.CreateCounter<long>("employees.left_out");

    protected override async Task ConsumeAsync(
        EmployeeChanged message, NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        var told = EmployeeReading.Of(message);
        if (!await EmployeeRows.SaveAsync(told.Employee, told.Places, connection, transaction, cancellationToken))
        {
            return;
        }

        foreach (var field in told.LeftOut)
        {
            LeftOut.Add(1, new KeyValuePair<string, object?>("field", field));
            NoSense(logger, message.EmployeeId, message.Version, field);
        }

        // Kept all the same: the group may be made later, or the first tables may not be written yet.
        if (await EmployeeRows.CountUnknownAsync(told.Places, connection, transaction, cancellationToken) is > 0 and var unknown)
        {
            LeftOut.Add(unknown, new KeyValuePair<string, object?>("field", "unknown_group"));
            UnknownGroups(logger, message.EmployeeId, unknown);
        }
    }

    [LoggerMessage(333, LogLevel.Warning, "Staff told of employee {Employee}, version {Version}, with {Field} that makes no sense; it was left out")]
    private static partial void NoSense(ILogger logger, Guid employee, long version, string field);

    [LoggerMessage(334, LogLevel.Warning, "Staff told of employee {Employee} in {Count} ring groups that are not known here")]
    private static partial void UnknownGroups(ILogger logger, Guid employee, int count);
}
