using CallCenterCrm.Staff.Employees;
using Xunit;

namespace CallCenterCrm.Staff.Tests.Support;

/// <summary>A test that has the service to itself.</summary>
[Collection(nameof(PostgresServer))]
public abstract class StaffTest(PostgresServer server) : IAsyncLifetime
{
    private protected StaffWorld World { get; private set; } = null!;

    private protected virtual IReadOnlyList<(Guid Id, EmployeeProfile Profile)> First => [];

    public async Task InitializeAsync() => World = await StaffWorld.StartAsync(server, First);

    public async Task DisposeAsync() => await World.DisposeAsync();
}
