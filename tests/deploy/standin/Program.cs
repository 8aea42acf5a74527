// Ready when PostgreSQL's port is open: enough to see what deploy/up does with a service.
using System.Net.Sockets;
using System.Text.Json;

using var configuration = JsonDocument.Parse(File.ReadAllText(Environment.GetEnvironmentVariable("CRM_CONFIG")!));
var parts = configuration.RootElement.GetProperty("Database").GetProperty("ConnectionString").GetString()!
    .Split(';').Select(part => part.Split('=')).ToDictionary(part => part[0], part => part[1]);
var app = WebApplication.CreateSlimBuilder().Build();
app.Urls.Add(configuration.RootElement.GetProperty("Http").GetProperty("Url").GetString()!);
app.MapGet("/health/live", () => "alive");
app.MapGet("/health/ready", async () =>
{
    try
    {
        using var client = new TcpClient();
        await client.ConnectAsync(parts["Host"], int.Parse(parts["Port"]));
        return Results.Json(new { ready = true });
    }
    catch (SocketException)
    {
        return Results.Json(new { ready = false, reasons = new[] { "nothing to talk to" } }, statusCode: 503);
    }
});
app.Run();
