using Ami.Client;
using Ami.Client.Actions;
using CallCenterCrm.CallControl.V1;
using CallCenterCrm.ServiceDefaults.Input;
using CallCenterCrm.Telephony.Asterisk;
using CallCenterCrm.Telephony.Calls;
using CallCenterCrm.Telephony.Routing;
using CallCenterCrm.Telephony.Steering;
using Grpc.Core;
using Npgsql;

namespace CallCenterCrm.Telephony.CallControl;

/// <summary>
/// Has the PBX dial what managers click on, and follows it to its end. The intent is in the database before the PBX is
/// asked, and the PBX is asked once: after a crash the channel is looked for by its name, which is the intent's, and one
/// that neither the PBX nor its log knows is said to be unknown and not dialled again.
/// </summary>
internal sealed partial class Dialler(
    AmiClient pbx, CallDesk desk, PhoneStates phones, RoutingData routing, DiallingStore store, GatewaySettings settings, Helm helm, TimeProvider time, ILogger<Dialler> logger)
    : BackgroundService
{
    // Whoever clicks sits beside his phone. A ringing caller is not kept waiting by somebody who has gone away.
    private static readonly TimeSpan PhoneRings = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan TakerRings = TimeSpan.FromSeconds(10);

    // After so long every witness has told of a channel, if there is one.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly Dictionary<Guid, Dialling> _running = [];
    private readonly HashSet<Guid> _refused = [];
    private readonly HashSet<Guid> _hungUp = [];
    private volatile TaskCompletionSource _changed = New();
    private volatile TaskCompletionSource _begun = New();

    /// <summary>Ends when a dialling changes next. Take it before looking.</summary>
    public Task Changed => _changed.Task;

    /// <summary>Takes over a ringing call.</summary>
    /// <param name="answer">Ask the phone to lift itself.</param>
    /// <exception cref="NotFoundException">There is no such call.</exception>
    /// <exception cref="ConflictException">He has no free phone, the call rings no more, or another one is taking it.</exception>
    public async Task<Dialling> TakeAsync(Guid callId, Guid employeeId, string key, bool answer, CancellationToken cancellationToken)
    {
        var anchor = await store.AnchorOfAsync(callId, cancellationToken) ?? throw new NotFoundException("call", callId.ToString());
        var call = desk.CallOf(anchor);
        var dialling = Begin(Purpose.Take, employeeId) with { CallId = callId, Anchor = anchor };
        return await DialAsync(
            dialling, key, call is { State: Contracts.Telephony.V1.CallState.Ringing, Direction: Contracts.Telephony.V1.CallDirection.In } ? null : Conflict.CallRingsNoMore,
            new AmiOriginate
            {
                Channel = phones.DeviceOf(dialling.Phone),
                ChannelId = dialling.Channel,
                Context = "crm-take",
                Exten = "s",
                Timeout = TakerRings,
                CallerId = Shown(call?.RawNumber ?? "", call?.RawNumber ?? ""),
                Variables = [new("TAKE", anchor), .. Answering(answer)],
            }, cancellationToken);
    }

    /// <summary>Rings the employee's phone, then a number.</summary>
    /// <param name="shown">What the phone shows while it rings.</param>
    /// <param name="answer">Ask the phone to lift itself.</param>
    /// <exception cref="ConflictException">He has no free phone, or somebody dials or talks with that number.</exception>
    public Task<Dialling> CallAsync(
        string number, string? ownNumber, Guid employeeId, string key, string shown, bool answer, CancellationToken cancellationToken)
    {
        var begun = Begin(Purpose.Call, employeeId);
        var dialling = begun with { CallId = CallId.Of(settings.PbxId, begun.Channel), Anchor = begun.Channel, Number = number, OwnNumber = ownNumber };
        return DialAsync(dialling, key, null, new AmiOriginate
        {
            Channel = phones.DeviceOf(dialling.Phone),
            ChannelId = dialling.Channel,
            Context = "crm-out",
            Exten = number,
            Timeout = PhoneRings,
            CallerId = Shown(shown, number),
            Variables = [.. ownNumber is null ? [] : new[] { KeyValuePair.Create("CRM_OWN", ownNumber) }, .. Answering(answer)],
        }, cancellationToken);
    }

    /// <summary>Gives a dialling up.</summary>
    public async Task CancelAsync(Dialling dialling, CancellationToken cancellationToken)
    {
        if (dialling.Stage != Stage.Ended)
        {
            await pbx.SendAsync(AmiAction.Hangup(dialling.Channel), cancellationToken);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            // Only the gateway that steers follows diallings; it begins with what an earlier one, or an earlier run, left.
            var term = await helm.HeldAsync(stoppingToken);
            await AdoptAsync(stoppingToken);
            while (helm.Term == term)
            {
                var (begun, changed) = (_begun.Task, desk.Changed);
                var running = Running();
                foreach (var dialling in running)
                {
                    await FollowAsync(dialling, stoppingToken);
                }

                var look = Task.Delay(Look, time, stoppingToken);
                await (running.Count > 0 ? Task.WhenAny(begun, changed, look) : Task.WhenAny(begun, look));
                stoppingToken.ThrowIfCancellationRequested();
            }
        }
    }

    // What was left is found by the PBX's lists and its log.
    private async Task AdoptAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                foreach (var dialling in await store.RunningAsync(cancellationToken))
                {
                    Follow(dialling);
                }

                return;
            }
            catch (NpgsqlException fault)
            {
                Waiting(logger, fault.Message);
                await Task.Delay(Look, time, cancellationToken);
            }
        }
    }

    private Dialling Begin(Purpose purpose, Guid employeeId)
    {
        var id = Guid.CreateVersion7(time.GetUtcNow());
        return new Dialling
        {
            Id = id,
            EmployeeId = employeeId,
            Purpose = purpose,
            Phone = routing.Tables.Employee(employeeId)?.Extension ?? throw new ConflictException(Conflict.NoPhone),
            Channel = $"{settings.SystemName}-{id:N}",
            CallId = default,
            Anchor = "",
            AskedAt = time.GetUtcNow(),
        };
    }

    private async Task<Dialling> DialAsync(Dialling dialling, string key, Conflict? conflict, AmiOriginate originate, CancellationToken cancellationToken)
    {
        await helm.RequireAsync(cancellationToken);

        // Looked at after the key: a click that is repeated while he talks is no second one.
        var (kept, isNew) = conflict is null && phones.Of(dialling.Phone) != PhoneState.Busy
            ? await store.BeginAsync(dialling, key, cancellationToken)
            : (await store.FindAsync(dialling.EmployeeId, key, cancellationToken) ?? throw new ConflictException(conflict ?? Conflict.PhoneBusy), false);
        if (!isNew)
        {
            return kept;
        }

        Follow(kept);
        try
        {
            // From here on it is dialled, whoever goes away meanwhile; but not by a gateway that was frozen after the last look.
            await helm.RequireAsync(CancellationToken.None);
            if (!(await pbx.SendAsync(AmiAction.Originate(originate), CancellationToken.None)).IsSuccess)
            {
                Refuse(kept);
            }
        }
        catch (RpcException)
        {
            Refuse(kept);
        }
        catch (AmiException fault)
        {
            // Perhaps it was dialled: the witnesses will tell.
            NotConfirmed(logger, kept.Id, fault.Message);
        }

        return kept;
    }

    private async Task FollowAsync(Dialling dialling, CancellationToken cancellationToken)
    {
        var seen = Seen(dialling);
        if (seen is { Purpose: Purpose.Take, Stage: Stage.PhoneRings or Stage.Connecting } && desk.CallOf(seen.Anchor) is { } call
            && (call.EndedAt is not null || call.Talks.Count > 0) && _hungUp.Add(seen.Id))
        {
            // Nothing is left to be taken.
            await HangUpAsync(seen, cancellationToken);
        }

        if (seen == dialling)
        {
            return;
        }

        try
        {
            await store.SaveAsync(seen, cancellationToken);
        }
        catch (NpgsqlException fault)
        {
            Waiting(logger, fault.Message);
            return;
        }

        lock (_lock)
        {
            _running[seen.Id] = seen;
            if (seen.Stage == Stage.Ended)
            {
                _running.Remove(seen.Id);
                _refused.Remove(seen.Id);
                _hungUp.Remove(seen.Id);
            }
        }

        Interlocked.Exchange(ref _changed, New()).TrySetResult();
    }

    private Dialling Seen(Dialling dialling)
    {
        var phone = desk.PhoneOf(dialling.Channel);
        if (phone is not null)
        {
            return dialling.AsSeen(phone, desk.CallOf(dialling.Anchor), time.GetUtcNow());
        }

        var now = time.GetUtcNow();
        lock (_lock)
        {
            if (_refused.Contains(dialling.Id))
            {
                return dialling.Over(Outcome.Refused, now);
            }
        }

        var known = dialling.AskedAt + Patience;
        return now > known && pbx.State.IsConnected && desk.LoggedUntilAt > known ? dialling.Over(Outcome.Unknown, now) : dialling;
    }

    private async Task HangUpAsync(Dialling dialling, CancellationToken cancellationToken)
    {
        try
        {
            await pbx.SendAsync(AmiAction.Hangup(dialling.Channel), cancellationToken);
        }
        catch (AmiException fault)
        {
            // The dialplan ends it by itself some seconds later.
            NotConfirmed(logger, dialling.Id, fault.Message);
        }
    }

    private void Refuse(Dialling dialling)
    {
        lock (_lock)
        {
            _refused.Add(dialling.Id);
        }
    }

    private void Follow(Dialling dialling)
    {
        lock (_lock)
        {
            _running[dialling.Id] = dialling;
        }

        Interlocked.Exchange(ref _begun, New()).TrySetResult();
    }

    private List<Dialling> Running()
    {
        lock (_lock)
        {
            return [.. _running.Values];
        }
    }

    // RFC 3261, 20.9, and what phones made of it: Call-Info with answer-after.
    private static KeyValuePair<string, string>[] Answering(bool answer) =>
        answer ? [new("PJSIP_HEADER(add,Call-Info)", "<sip:127.0.0.1>;answer-after=0")] : [];

    private static string Shown(string name, string number) =>
        $"\"{IncomingCalls.Shown(name).Replace("\"", "", StringComparison.Ordinal).Replace("\\", "", StringComparison.Ordinal)}\" <{string.Concat(number.Where(char.IsAsciiDigit).Take(20))}>";

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    [LoggerMessage(360, LogLevel.Warning, "Diallings wait for the database: {Reason}")]
    private static partial void Waiting(ILogger logger, string reason);

    [LoggerMessage(361, LogLevel.Warning, "The PBX did not confirm dialling {Dialling}; it is not asked again: {Reason}")]
    private static partial void NotConfirmed(ILogger logger, Guid dialling, string reason);
}
