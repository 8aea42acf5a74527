using CallCenterCrm.Servers;
using CallCenterCrm.Staff.V1;
using Grpc.Core;
using Grpc.Net.Client;
using Xunit;

namespace CallCenterCrm.Staff.Tests.Support;

/// <summary>Staff as the program that it is, called as other services call it; its owner is signed in.</summary>
public sealed class StaffApi : IAsyncLifetime
{
    private const string Password = "верная лошадь батарейка";
    private PostgreSqlServer? _postgres;
    private GrpcChannel? _channel;

    public StaffServer Server { get; private set; } = null!;

    /// <summary>How the owner's first sign-in went, step by step.</summary>
    internal IReadOnlyList<SignInProgress> First { get; private set; } = [];

    /// <summary>Metadata with the owner's token.</summary>
    internal Metadata Owner { get; private set; } = [];

    /// <summary>Name and password of the owner.</summary>
    internal (string Name, string Password) OwnersAccess { get; private set; }

    internal V1.SignIn.SignInClient SignIn => new(_channel);

    internal V1.Employees.EmployeesClient Employees => new(_channel);

    internal V1.ApiKeys.ApiKeysClient ApiKeys => new(_channel);

    internal V1.Audit.AuditClient Audit => new(_channel);

    public async Task InitializeAsync()
    {
        _postgres = await PostgreSqlServer.StartNewAsync();
        Server = await StaffServer.StartNewAsync(_postgres, TimeSpan.FromMinutes(5));
        _channel = GrpcChannel.ForAddress(Server.Grpc);
        var (name, oneTime) = await Server.OwnerAsync();
        var first = (await SignIn.SignInAsync(new() { SignInName = name, Password = oneTime })).Progress;
        var last = (await SignIn.ChooseNewPasswordAsync(new() { ChallengeToken = first.Challenge.Token, NewPassword = Password })).Progress;
        (First, Owner, OwnersAccess) = ([first, last], Bearing(last.Grant.AccessToken), (name, Password));
    }

    internal static Metadata Bearing(string token, string language = "en") => new() { { "authorization", $"Bearer {token}" }, { "accept-language", language } };

    public async Task DisposeAsync()
    {
        _channel?.Dispose();
        await (Server?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (_postgres?.DisposeAsync() ?? ValueTask.CompletedTask);
    }
}

[CollectionDefinition(nameof(StaffApi))]
public sealed class UsesStaffApi : ICollectionFixture<StaffApi>;
