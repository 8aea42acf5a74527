using Xunit;

namespace CallCenterCrm.Architecture.Tests;

/// <summary>Which project may know which: deploy/docs and the folder's layout say why.</summary>
public sealed class ArrowTests
{
    private static readonly string[] Shared = ["Contracts", "Messaging", "ServiceDefaults"];

    // Every project below services/, what it may reference, and the packages that it brings in. What another one brings
    // comes along with the reference: so MassTransit is set up in Messaging alone, Serilog and Npgsql in ServiceDefaults.
    private static readonly Dictionary<string, (string[] References, string[] Packages)> Allowed = new(StringComparer.Ordinal)
    {
        ["Ami.Client"] = ([], ["Microsoft.Extensions.Logging.Abstractions"]),
        ["Contracts"] = ([], []),
        ["Grpc.Core.Api"] = ([], []),
        ["Grpc.Net.Common"] = (["Grpc.Core.Api"], []),
        ["ServiceDefaults"] = (["Grpc.Core.Api", "Grpc.Net.Common"],
        [
            "Dapper", "Google.Protobuf", "Grpc.AspNetCore.Server", "Grpc.Net.Client", "Grpc.Tools", "Microsoft.IdentityModel.JsonWebTokens",
            "Npgsql", "Serilog", "Serilog.Extensions.Logging", "Serilog.Settings.Configuration", "Serilog.Sinks.Console", "StackExchange.Redis",
        ]),
        ["Messaging"] = (["Contracts", "ServiceDefaults"], ["MassTransit.RabbitMQ"]),
        ["TelephonyGateway"] = (["Ami.Client", .. Shared], ["Google.Protobuf", "Grpc.Tools"]),
        ["Leads"] = (Shared, ["Google.Protobuf", "Grpc.Tools"]),
        ["PublicApi"] = (["ServiceDefaults"], ["Google.Protobuf", "Grpc.Tools", "Yarp.ReverseProxy"]),
        ["Staff"] = (Shared, ["Google.Protobuf", "Grpc.Tools"]),
        ["WebConsole"] = (["ServiceDefaults"], ["Google.Protobuf", "Grpc.Tools"]),
    };

    public static TheoryData<string> ServiceProjects => [.. Clone.Services.Select(project => project.Name)];

    [Theory]
    [MemberData(nameof(ServiceProjects))]
    public void A_project_below_services_references_only_what_it_may(string name)
    {
        Assert.True(Allowed.TryGetValue(name, out var allowed), $"{name} is new: say in this test what it may reference");
        var project = Clone.Named(name);
        Assert.Empty(project.References.Except(allowed.References));
        Assert.Empty(project.Packages.Except(allowed.Packages));
    }

    [Fact]
    public void The_table_names_no_project_that_is_gone() =>
        Assert.Empty(Allowed.Keys.Except(Clone.Services.Select(project => project.Name)));

    [Fact]
    public void No_service_reaches_another_service_not_even_by_a_third_project()
    {
        var programs = Clone.Services.Where(project => File.Exists(Path.Combine(Servers.Repository.Root, project.Directory, "Program.cs"))).ToList();
        Assert.NotEmpty(programs);
        Assert.All(Clone.Services, project => Assert.Empty(programs.Select(program => program.Name).Intersect(Clone.ReachedFrom(project))));
    }

    [Fact]
    public void Nothing_below_services_reaches_a_test() =>
        Assert.All(Clone.Services, project => Assert.DoesNotContain(Clone.ReachedFrom(project), name => Clone.Named(name).IsTest));

    [Fact]
    public void The_protocol_library_names_no_namespace_of_the_product() => Assert.All(
        Clone.Sources.Where(path => path.StartsWith("services/Ami.Client/", StringComparison.Ordinal)),
        path => Assert.DoesNotContain("CallCenterCrm", Clone.Text(path), StringComparison.Ordinal));
}
