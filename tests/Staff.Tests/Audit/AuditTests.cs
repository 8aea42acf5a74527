using CallCenterCrm.Contracts.Staff.V1;
using CallCenterCrm.ServiceDefaults.Input;
using CallCenterCrm.Staff.Audit;
using CallCenterCrm.Staff.Tests.Support;
using MassTransit;
using MassTransit.Testing;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Xunit;

namespace CallCenterCrm.Staff.Tests.Audit;

public sealed class AuditTests(PostgresServer server) : StaffTest(server)
{
    [Theory]
    [InlineData("UPDATE audit SET outcome = 'done'")]
    [InlineData("DELETE FROM audit")]
    [InlineData("TRUNCATE audit")]
    public async Task What_is_written_can_be_changed_by_nobody(string sql)
    {
        await World.HireAsync();

        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, (await Assert.ThrowsAsync<PostgresException>(() => World.ScalarAsync<object>(sql))).SqlState);
        Assert.Contains("append-only", (await Assert.ThrowsAsync<PostgresException>(() => World.ScalarAsync<object>(sql, asAdministrator: true))).MessageText, StringComparison.Ordinal);
        Assert.Equal(1, await World.ScalarAsync<int>("SELECT count(*)::int FROM audit"));
    }

    [Fact]
    public async Task A_change_and_its_record_stand_or_fall_together()
    {
        var employee = await World.HireAsync();
        await Assert.ThrowsAsync<StaleVersionException>(() =>
            World.Employees.UpdateAsync(employee.Id, 7, employee.Profile with { Name = "Другое имя" }, ["name"], World.Owner, new(), default));

        var record = Assert.Single((await World.Audit.ListAsync(All, 10, null, new(), default)).Records);
        Assert.Equal(
            ("employee.created", "employee", employee.Id.ToString(), "employee", World.Owner.Caller!.Id, StaffWorld.Home, "done"),
            (record.Action, record.TargetKind, record.TargetId, record.ActorKind, record.ActorId, record.Address, record.Outcome));

        await World.Employees.UpdateAsync(employee.Id, 1, employee.Profile with { Name = "Другое имя" }, ["name"], World.Owner, new(), default);
        Assert.Equal("name", (await World.Audit.ListAsync(All, 10, null, new(), default)).Records[0].Details!["fields"]);
    }

    [Fact]
    public async Task A_record_of_another_service_is_kept_once_however_often_it_comes()
    {
        await using var provider = new ServiceCollection()
            .AddSingleton(World.Get<NpgsqlDataSource>())
            .AddMassTransitTestHarness(bus =>
            {
                // By default a second without a message ends the waiting, though the consumer may only be slow.
                bus.SetTestTimeouts(TimeSpan.FromMinutes(2), TimeSpan.FromMinutes(2));
                bus.AddConsumer<AuditRecordedConsumer>(consumer => consumer.ConcurrentMessageLimit = 1);
            })
            .BuildServiceProvider(validateScopes: true);
        var harness = provider.GetRequiredService<ITestHarness>();
        await harness.Start();
        var record = new AuditRecorded
        {
            RecordId = Guid.NewGuid(),
            At = World.Time.GetUtcNow(),
            Service = "telephony",
            ActorKind = "employee",
            ActorId = Guid.NewGuid(),
            Action = "recording.heard",
            TargetKind = "call",
            TargetId = Guid.NewGuid().ToString(),
            Address = "203.0.113.12",
            Outcome = "done",
            Details = new Dictionary<string, string>(StringComparer.Ordinal) { ["seconds"] = "12" },
        };
        var (repeated, last) = (Guid.NewGuid(), Guid.NewGuid());
        foreach (var message in (Guid[])[repeated, repeated, last])
        {
            await harness.Bus.Publish(record, context => context.MessageId = message);
        }

        // One at a time and in their order: with the last, all were consumed.
        Assert.True(await harness.Consumed.Any<AuditRecorded>(consumed => consumed.Context.MessageId == last));
        await harness.Stop();

        var kept = Assert.Single((await World.Audit.ListAsync(All with { Action = "recording.heard" }, 10, null, new(), default)).Records);
        Assert.Equal(record with { Details = null }, kept with { Details = null });
        Assert.Equal(record.Details, kept.Details);
        Assert.Equal(2, await World.ScalarAsync<int>("SELECT count(*)::int FROM inbox"));
    }

    [Fact]
    public async Task Pages_go_back_in_time_and_a_token_of_another_filter_is_refused()
    {
        for (var i = 0; i < 5; i++)
        {
            await World.HireAsync();
        }

        var first = await World.Audit.ListAsync(All, 2, null, new(), default);
        await World.HireAsync();
        var second = await World.Audit.ListAsync(All, 2, first.NextPageToken, new(), default);
        var third = await World.Audit.ListAsync(All, 2, second.NextPageToken, new(), default);

        Assert.Equal(5, first.Records.Concat(second.Records).Concat(third.Records).Select(record => record.RecordId).Distinct().Count());
        Assert.Null(third.NextPageToken);
        var refused = await Assert.ThrowsAsync<InputException>(() => World.Audit.ListAsync(All with { Action = "x" }, 501, first.NextPageToken, new(), default));
        Assert.Equal(["page_size", "page_token"], refused.Violations.Select(violation => violation.Field));
    }

    private static AuditFilter All { get; } = new(null, null, null, null, null, null);
}
