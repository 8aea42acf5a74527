using System.Diagnostics.Metrics;
using System.Text;
using System.Threading.Channels;
using Ami.Client;
using Ami.Client.Actions;
using CallCenterCrm.Telephony.Asterisk;
using CallCenterCrm.Telephony.Callers;
using CallCenterCrm.Telephony.Calls;
using CallCenterCrm.Telephony.Steering;

namespace CallCenterCrm.Telephony.Routing;

/// <summary>An incoming call as the dialplan announced it.</summary>
/// <param name="Channel">Uniqueid of the caller's channel.</param>
/// <param name="Did">Our number that was called.</param>
/// <param name="Number">The caller's, digits and plus only; empty when there is none.</param>
/// <param name="At">The PBX's time of the announcement.</param>
internal sealed record IncomingCall(string Channel, string Did, string Number, bool Withheld, DateTimeOffset At);

/// <summary>
/// Gives the PBX a plan for every call that is announced, as fast as it can: the PBX waits two seconds and then rings its
/// own fallback. Nothing here is repeated: a plan that comes late or not at all does no harm.
/// </summary>
internal sealed partial class IncomingCalls(
    AmiClient pbx, CallerLookup lookup, RoutingData routing, PhoneStates phones, CallDesk desk, Helm helm, TimeProvider time, ILogger<IncomingCalls> logger)
    : BackgroundService
{
    private const int MostWaiting = 1000;
    private const int Planners = 32;
    private const int MostNameBytes = 80;
    private static readonly Meter Meter = new("CallCenterCrm.Telephony.Routing");
    private static readonly Counter<long> Planned = Meter.CreateCounter<long>("plans.given");
    private static readonly Counter<long> Unplanned = Meter.CreateCounter<long>("plans.not_given");
    private static readonly Histogram<double> Delay = Meter.CreateHistogram<double>("plans.delay_seconds");

    // The caller who waited longest is the one whose two seconds are over.
    private readonly Channel<IncomingCall> _calls = System.Threading.Channels.Channel.CreateBounded<IncomingCall>(
        new BoundedChannelOptions(MostWaiting) { FullMode = BoundedChannelFullMode.DropOldest }, _ => Unplanned.Add(1));

    /// <summary>Takes a call over; never waits.</summary>
    public void Announce(IncomingCall call) => _calls.Writer.TryWrite(call);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(Enumerable.Range(0, Planners).Select(_ => PlanAllAsync(stoppingToken)));

    private async Task PlanAllAsync(CancellationToken cancellationToken)
    {
        await foreach (var call in _calls.Reader.ReadAllAsync(cancellationToken))
        {
            if (await PlanAsync(call, cancellationToken) is not { } note)
            {
                continue;
            }

            (note.Fault is null ? Planned : Unplanned).Add(1);
            if (note.DelaySeconds is { } delay)
            {
                Delay.Record(delay);
            }

            desk.Note(call.Channel, note);
        }
    }

    /// <returns>Null when another gateway plans.</returns>
    private async Task<PlanNote?> PlanAsync(IncomingCall call, CancellationToken cancellationToken)
    {
        if (helm.IsStandby)
        {
            return null;
        }

        var asked = time.GetTimestamp();
        var caller = call.Withheld ? null : await lookup.FindAsync(call.Number, cancellationToken);
        var lookupSeconds = time.GetElapsedTime(asked).TotalSeconds;
        if (new PlanMaker(routing.Tables, phones.Of, desk.LastTalkOf).Make(call.Did, caller, time.GetUtcNow()) is not { } plan)
        {
            NoPlan(logger, call.Did);
            return new PlanNote(null, caller, lookupSeconds, null, "the number has no rule, or nobody of it can be rung");
        }

        // Last of all: a gateway that was frozen on its way here is not the one any more that steers.
        if (!await helm.MayPlanAsync(cancellationToken))
        {
            return null;
        }

        try
        {
            // The name goes first: the plan sets the phones ringing.
            AmiAction setPlan = AmiAction.Setvar(call.Channel, "RING_PLAN", plan.Text);
            var answers = await pbx.SendAllAsync(
                caller is null ? [setPlan] : [AmiAction.Setvar(call.Channel, "CALLERID(name)", Shown(caller.Name)), setPlan], cancellationToken);
            return new PlanNote(plan, caller, lookupSeconds, (time.GetUtcNow() - call.At).TotalSeconds, answers[^1].IsSuccess ? null : "the PBX refused it: the caller had left");
        }
        catch (AmiException fault)
        {
            NotGiven(logger, fault.Message);
            return new PlanNote(plan, caller, lookupSeconds, null, fault.Message);
        }
    }

    /// <summary>A name as a phone can show it: no control characters, and short enough to arrive whole (SIP cuts at some 80 bytes).</summary>
    internal static string Shown(string name)
    {
        var shown = new StringBuilder();
        var bytes = 0;
        foreach (var rune in name.EnumerateRunes())
        {
            if (Rune.IsControl(rune) || rune == Rune.ReplacementChar)
            {
                continue;
            }

            bytes += rune.Utf8SequenceLength;
            if (bytes > MostNameBytes)
            {
                break;
            }

            shown.Append(rune.ToString());
        }

        return shown.ToString().Trim();
    }

    [LoggerMessage(340, LogLevel.Warning, "No plan for a call to {Did}: it has no rule, or nobody can be rung; the PBX rings its fallback")]
    private static partial void NoPlan(ILogger logger, string did);

    [LoggerMessage(341, LogLevel.Warning, "A plan did not reach the PBX, which rings its fallback: {Reason}")]
    private static partial void NotGiven(ILogger logger, string reason);
}
