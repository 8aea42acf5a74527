using CallCenterCrm.ServiceDefaults.Grpc;
using CallCenterCrm.ServiceDefaults.Redis;
using CallCenterCrm.ServiceDefaults.Settings;
using CallCenterCrm.Staff.V1;
using CallCenterCrm.WebConsole.Live;
using CallCenterCrm.WebConsole.Pages;
using CallCenterCrm.WebConsole.Recordings;
using CallCenterCrm.WebConsole.SignIn;
using CallCenterCrm.WebConsole.Telephone;
using CallCenterCrm.WebConsole.Transcoding;
using Grpc.Core;
using Grpc.Health.V1;

namespace CallCenterCrm.WebConsole;

/// <summary>
/// What browsers of the company's people talk to. It owns no rule and no data: it signs people in at Staff, passes what their pages
/// ask on to the services, and pushes what changes.
/// </summary>
internal static class ConsoleParts
{
    public static void AddWebConsole(this WebApplicationBuilder builder, SettingsReader settings)
    {
        builder.AddPages(PageSettings.Read(settings));
        builder.AddRedis(settings);
        var services = builder.Services;
        services.AddGrpcConnection("telephony", GrpcClientSettings.Read(settings, "Telephony")).WithHealthCheck()
            .AddClient<Calls.V1.Calls.CallsClient>()
            .AddClient<CallControl.V1.CallControl.CallControlClient>()
            .AddClient<CallCenterCrm.People.V1.People.PeopleClient>()
            .AddClient<CallCenterCrm.Recordings.V1.Recordings.RecordingsClient>();
        services.AddGrpcConnection("leads", GrpcClientSettings.Read(settings, "Leads")).WithHealthCheck()
            .AddClient<Callbacks.V1.Callbacks.CallbacksClient>();
        services.AddGrpcConnection("staff", GrpcClientSettings.Read(settings, "Staff")).WithHealthCheck()
            .AddClient<Staff.V1.SignIn.SignInClient>()
            .AddClient<Employees.EmployeesClient>();
        services.AddSingleton<SessionVault>();
        services.AddSingleton<Sessions>();
        services.AddSingleton<PageFeeds>();
        services.AddSingleton<DiallingFeed>();
        if (TelephoneSettings.Read(settings) is { } telephone)
        {
            services.AddSingleton(telephone);
            services.AddSingleton<TelephoneLines>();
        }

        services.AddSignalR(hub =>
        {
            hub.MaximumReceiveMessageSize = 1024;
            hub.KeepAliveInterval = TimeSpan.FromSeconds(5);
            hub.ClientTimeoutInterval = TimeSpan.FromSeconds(15);
        }).AddJsonProtocol(json => json.PayloadSerializerOptions.Converters.Add(new MessageJson()));
    }

    public static void MapWebConsole(this WebApplication app)
    {
        app.UsePages();
        app.UseSessions();
        app.MapSessions();
        app.MapJsonCalls();
        app.MapRecordings();
        app.MapGet("/api/health", HealthAsync);
        app.MapHub<LiveHub>("/live");
        app.MapTelephone();
        app.MapPages();
    }

    private static async Task<IResult> HealthAsync(IServiceProvider provider, TimeProvider time, CancellationToken cancellationToken)
    {
        var answers = await Task.WhenAll(ServedMethods.ByService.Keys.Order(StringComparer.Ordinal).Select(async service =>
        {
            var health = new Health.HealthClient(provider.GetRequiredKeyedService<CallInvoker>(service));
            try
            {
                var answer = await health.CheckAsync(new HealthCheckRequest(), deadline: time.GetUtcNow().UtcDateTime.AddSeconds(2), cancellationToken: cancellationToken);
                return new { Service = service, Healthy = answer.Status == HealthCheckResponse.Types.ServingStatus.Serving };
            }
            catch (RpcException)
            {
                return new { Service = service, Healthy = false };
            }
        }));
        return Results.Json(answers);
    }
}
