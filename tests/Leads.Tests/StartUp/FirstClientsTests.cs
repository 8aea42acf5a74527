using CallCenterCrm.Leads.Tests.Support;

namespace CallCenterCrm.Leads.Tests.StartUp;

/// <summary>The clients with whom a company begins.</summary>
[Collection(LeadsTests.Name)]
public sealed class FirstClientsTests(LeadsService leads)
{
    // Each client's number is a lock, and the table of locks is the whole server's: the gateway lost its own there.
    [Fact]
    public async Task Many_are_made_in_transactions_that_leave_the_servers_locks_to_others()
    {
        var made = await leads.SeedAsync(1001);
        Assert.Equal(1001, made.Sum());
        Assert.All(made, count => Assert.InRange(count, 1, 200));
    }
}
