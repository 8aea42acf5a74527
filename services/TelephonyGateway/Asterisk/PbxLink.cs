using System.Globalization;
using Ami.Client;
using Ami.Client.Events;
using CallCenterCrm.Telephony.Calls;
using CallCenterCrm.Telephony.Routing;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace CallCenterCrm.Telephony.Asterisk;

/// <summary>
/// Listens to the PBX: hands announced calls to whoever plans them before anything else is done with the events, and
/// tells the desk and the phones' states the rest.
/// </summary>
internal sealed partial class PbxLink(AmiClient client, CallDesk desk, PhoneStates phones, IncomingCalls incoming, ILogger<PbxLink> logger)
    : BackgroundService, IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var state = client.State;
        return Task.FromResult(
            !state.IsConnected ? HealthCheckResult.Unhealthy($"not connected to the PBX: {state.LastBreak?.Message ?? "not tried yet"}")
            : state.IsQueueLate ? HealthCheckResult.Unhealthy(string.Create(CultureInfo.InvariantCulture, $"events of the PBX wait for {state.OldestItemAge.TotalSeconds:F1} s"))
            : HealthCheckResult.Healthy());
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var running = client.RunAsync(stoppingToken);
        while (await client.ReadBatchAsync(CancellationToken.None) is { Count: > 0 } batch)
        {
            foreach (var item in batch)
            {
                if (item is UserEventEvent told && told.UserEvent.Equals("CrmIncoming"u8))
                {
                    Announce(told);
                }
            }

            Tell(batch);
        }

        await running;
    }

    private void Announce(UserEventEvent told)
    {
        if (told.Uniqueid.OrNull() is { } channel && told.Timestamp is { } at)
        {
            incoming.Announce(new IncomingCall(
                channel, told.Field("Did").ToString(), told.Field("Num").ToString(), told.Field("Pres").Utf8.StartsWith("prohib"u8), at));
        }
    }

    private void Tell(IReadOnlyList<AmiItem> batch)
    {
        var events = new List<AmiEvent>(batch.Count);
        foreach (var item in batch)
        {
            switch (item)
            {
                case AmiSessionStarted started:
                    Flush(events);
                    Connected(logger, started.Snapshot.Channels.Count);
                    phones.Reset(started.Snapshot.Devices);
                    desk.Tell(started.Snapshot);
                    break;
                case AmiSessionEnded ended:
                    Flush(events);
                    Lost(logger, ended.Reason?.Message ?? "the gateway stops");
                    phones.Clear();
                    break;
                case DeviceStateChangeEvent device:
                    phones.Tell(device);
                    break;
                case AmiEvent amiEvent:
                    events.Add(amiEvent);
                    break;
            }
        }

        Flush(events);
    }

    private void Flush(List<AmiEvent> events)
    {
        if (events.Count > 0)
        {
            desk.Tell(events);
            events.Clear();
        }
    }

    [LoggerMessage(350, LogLevel.Information, "Listening to the PBX, {Channels} channels are up")]
    private static partial void Connected(ILogger logger, int channels);

    [LoggerMessage(351, LogLevel.Warning, "The PBX is not heard any more: {Reason}")]
    private static partial void Lost(ILogger logger, string reason);
}
