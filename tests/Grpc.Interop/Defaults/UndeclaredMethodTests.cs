using CallCenterCrm.GrpcInterop.Support;
using CallCenterCrm.ServiceDefaults;
using CallCenterCrm.ServiceDefaults.Authentication;
using CallCenterCrm.ServiceDefaults.Grpc;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace CallCenterCrm.GrpcInterop.Defaults;

/// <summary>Default deny: what names no permission, or one that nobody has, is not served.</summary>
public sealed class UndeclaredMethodTests
{
    [Fact]
    public async Task A_service_with_methods_that_name_no_permission_does_not_start_and_names_each()
    {
        var (code, text) = await RunAsync([]);
        Assert.Equal(CrmService.WrongConfiguration, code);
        foreach (var method in Probe.V1.Probe.Descriptor.Methods)
        {
            Assert.Contains($"/callcenter.probe.v1.Probe/{method.Name} names no permission", text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_service_whose_method_names_a_permission_that_does_not_exist_does_not_start()
    {
        var (code, text) = await RunAsync(new(StringComparer.Ordinal) { [Probe.V1.Probe.Descriptor.FullName] = "calls.raed" });
        Assert.Equal(CrmService.WrongConfiguration, code);
        Assert.Contains("names the permission 'calls.raed', which nobody can have", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_service_that_needs_permissions_but_cannot_check_tokens_does_not_start()
    {
        var (code, text) = await RunAsync(new(StringComparer.Ordinal) { [Probe.V1.Probe.Descriptor.FullName] = Permissions.CallsRead });
        Assert.Equal(CrmService.WrongConfiguration, code);
        Assert.Contains("the service cannot check tokens", text, StringComparison.Ordinal);
    }

    private static async Task<(int Code, string Text)> RunAsync(Dictionary<string, string> permissions)
    {
        var before = Console.Error;
        await using var errors = new StringWriter();
        Console.SetError(TextWriter.Synchronized(errors));
        try
        {
            var code = await CrmService.RunAsync(
                ["--Http:Url=http://127.0.0.1:0", "--Grpc:Url=http://127.0.0.1:0"], "probe",
                (builder, settings) =>
                {
                    builder.AddCrmGrpc(settings, permissions);
                    builder.Services.AddSingleton<ProbeRecord>();
                },
                app =>
                {
                    app.MapCrmGrpc();
                    app.MapGrpcService<ProbeService>();
                });
            return (code, errors.ToString());
        }
        finally
        {
            Console.SetError(before);
        }
    }
}
