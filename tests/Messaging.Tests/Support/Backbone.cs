using CallCenterCrm.Servers;
using Xunit;

namespace CallCenterCrm.Messaging.Tests.Support;

/// <summary>The servers of all tests here, which run one after the other: some of them kill the broker.</summary>
public sealed class Backbone : IAsyncLifetime
{
    public PostgreSqlServer Postgres { get; private set; } = null!;

    public RabbitMqServer Rabbit { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Postgres = await PostgreSqlServer.StartNewAsync();
        Rabbit = await RabbitMqServer.StartNewAsync();
    }

    public async Task DisposeAsync()
    {
        await (Rabbit?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (Postgres?.DisposeAsync() ?? ValueTask.CompletedTask);
    }
}

[CollectionDefinition(Name)]
public sealed class BackboneTests : ICollectionFixture<Backbone>
{
    public const string Name = "Backbone";
}
