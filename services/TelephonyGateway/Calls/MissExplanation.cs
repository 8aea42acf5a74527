using System.Globalization;
using System.Resources;
using CallCenterCrm.Calls.V1;
using CallCenterCrm.Contracts.Telephony.V1;
using CallCenterCrm.ServiceDefaults.Input;
using CallCenterCrm.Telephony.Routing;
using Google.Protobuf.WellKnownTypes;
using LegResult = CallCenterCrm.Contracts.Telephony.V1.LegResult;
using MissReason = CallCenterCrm.Contracts.Telephony.V1.MissReason;
using RecordingState = CallCenterCrm.Contracts.Telephony.V1.RecordingState;

namespace CallCenterCrm.Telephony.Calls;

/// <summary>Says why a call was missed («Почему пропущен?»), from what is stored of it; what no witness told is left open.</summary>
internal static class MissExplanation
{
    private static readonly ResourceManager Texts = new("CallCenterCrm.Telephony.Calls.MissTexts", typeof(MissExplanation).Assembly);

    /// <summary>The explanation.</summary>
    /// <param name="nameOf">Whose a phone is; null when it is nobody's.</param>
    /// <exception cref="ConflictException">The call was not missed.</exception>
    public static ExplainMissResponse Of(CallChanged call, CallBackground background, Func<string, string?> nameOf, CultureInfo language)
    {
        if (call.Result is not (CallResult.Missed or CallResult.LostInTransfer) || call.EndedAt is not { } end)
        {
            throw new ConflictException(Conflict.NotMissed);
        }

        var plan = background.Plan;
        var ring = plan?.RingSeconds ?? RingPlan.UsualRing;
        var passed = (plan?.Steps ?? []).SelectMany(step => step.PassedOver).Where(pair => call.Legs.All(leg => leg.Phone != pair.Key))
            .DistinctBy(pair => pair.Key).Select(pair => new ExplainedPhone { Phone = pair.Key, Verdict = Verdict(pair.Value) });
        var explained = new ExplainMissResponse
        {
            Call = CallMessages.Write(call),
            Waited = (end - call.StartedAt).ToDuration(),
            Rule = plan?.Rule ?? "",
            Fallback = background.Fallback,
            Phones = { passed.Concat(call.Legs.Select(leg => Explain(leg, ring))) },
        };
        foreach (var phone in explained.Phones)
        {
            phone.EmployeeName = nameOf(phone.Phone) ?? "";
        }

        explained.Verdict = Sentence(call, explained, background.PartyHungUp, language);
        return explained;
    }

    private static ExplainedPhone Explain(CallLeg leg, double ring)
    {
        var phone = new ExplainedPhone { Phone = leg.Phone, Step = leg.Step ?? 0, Verdict = Verdict(leg.Result) };
        var dialled = (leg.AnsweredAt ?? leg.EndedAt) - leg.DialledAt;
        phone.DialledFor = dialled?.ToDuration();
        if (leg.Rang is { } rang)
        {
            phone.Rings = rang ? Math.Max(1, (int)Math.Ceiling(((dialled ?? TimeSpan.Zero).TotalSeconds - 0.5) / ring)) : 0;
        }

        return phone;
    }

    private static string Sentence(CallChanged call, ExplainMissResponse explained, bool partyHungUp, CultureInfo language)
    {
        var reason = Reason(call, explained, partyHungUp, language);
        return call is { Menu: { LeftAt: { } left } menu }
            ? $"{reason} {Text("ThroughMenu", language, Math.Round((left - menu.EnteredAt).TotalSeconds), PathOf(menu, language))}"
            : reason;
    }

    private static string Reason(CallChanged call, ExplainMissResponse explained, bool partyHungUp, CultureInfo language)
    {
        var seconds = Math.Round(explained.Waited.ToTimeSpan().TotalSeconds);
        var phones = string.Join("; ", explained.Phones.Select(phone => Text($"Phone{phone.Verdict}", language, Name(phone), phone.HasRings ? phone.Rings : "?")));
        return call switch
        {
            { Result: CallResult.LostInTransfer } => Text(call.Transfers.Any(transfer => transfer.Blind) ? "LostInTransfer" : "LostWithBrowser", language, call.AnsweredBy ?? ""),
            { MissReason: MissReason.Abandoned } when explained.Phones.Count == 0 => Text("AbandonedAtOnce", language, seconds),
            { MissReason: MissReason.OutOfHours } => Text("OutOfHours", language, explained.Rule),
            { MissReason: MissReason.MessageLeft } when explained.Phones.Count == 0 => Message(call.Recording, language),
            { MissReason: MissReason.MessageLeft } => $"{Text("NobodyAnswered", language, phones)} {Message(call.Recording, language)}",
            { MissReason: MissReason.InMenu, Menu: { } menu, EndedAt: { } end } => Text(
                partyHungUp ? "HungUpInMenu" : "EndedInMenu", language, Math.Round((end - menu.EnteredAt).TotalSeconds), PathOf(menu, language)),
            { MissReason: { } reason } => Text(reason.ToString(), language, seconds, phones),
            _ => Text(nameof(MissReason.Failed), language, seconds, phones),
        };
    }

    // The file is looked for some seconds after the call.
    private static string Message(CallRecording? recording, CultureInfo language) => recording switch
    {
        { State: RecordingState.Ready, Seconds: { } seconds } => Text("MessageOf", language, Math.Round(seconds)),
        null => Text("Message", language),
        _ => Text("MessageLost", language),
    };

    private static string PathOf(CallMenu menu, CultureInfo language) => menu.Depth == 0 ? Text("NoChoice", language) : menu.Path;

    private static string Name(ExplainedPhone phone) => phone.EmployeeName.Length == 0 ? phone.Phone : $"{phone.EmployeeName} ({phone.Phone})";

    private static PhoneVerdict Verdict(string passed) => passed switch
    {
        PassReason.Absent => PhoneVerdict.Absent,
        PassReason.Paused => PhoneVerdict.Paused,
        PassReason.Busy => PhoneVerdict.Busy,
        PassReason.Unregistered => PhoneVerdict.Unregistered,
        _ => PhoneVerdict.Unspecified,
    };

    private static PhoneVerdict Verdict(LegResult? result) => result switch
    {
        LegResult.NoAnswer => PhoneVerdict.NoAnswer,
        LegResult.Busy => PhoneVerdict.Busy,
        LegResult.Declined => PhoneVerdict.Declined,
        LegResult.Unregistered => PhoneVerdict.Unregistered,
        LegResult.AnsweredElsewhere => PhoneVerdict.AnsweredElsewhere,
        LegResult.CallerLeft => PhoneVerdict.CallerLeft,
        LegResult.NotAccepted => PhoneVerdict.NotAccepted,
        LegResult.Failed => PhoneVerdict.Failed,
        _ => PhoneVerdict.Unspecified,
    };

    private static string Text(string name, CultureInfo language, params ReadOnlySpan<object> args) => string.Format(
        language, Texts.GetString(name, language) ?? throw new MissingManifestResourceException($"No text is called {name}"), args!);
}
