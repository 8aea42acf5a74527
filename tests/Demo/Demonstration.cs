using System.Diagnostics;
using CallCenterCrm.Sip;
using Npgsql;

namespace CallCenterCrm.Demo;

/// <summary>Plays the scenarios one after the other, and after each shows what the CRM made of it.</summary>
internal sealed class Demonstration(DemoOptions options)
{
    private readonly Screen _screen = new();

    /// <summary>Plays what was asked for.</summary>
    /// <returns>True when every call went as it is told.</returns>
    /// <exception cref="CannotStartException">The stack cannot be reached, or somebody else has an address of the demo's.</exception>
    public async Task<bool> RunAsync(CancellationToken cancellationToken)
    {
        var watch = Stopwatch.StartNew();
        var installation = Installation.Read(options.Run);
        await using var records = new CrmRecords(installation);
        try
        {
            var names = await records.NamesAsync(cancellationToken);
            await using var company = await Company.OpenAsync(installation, cancellationToken);
            var scenarios = Scenario.All().Where(scenario => options.Only.Count == 0 || options.Only.Contains(scenario.Key)).ToArray();
            _screen.Line(Texts.Head(scenarios.Length, installation.Sip, installation.Trunk));
            _screen.Line(Texts.HeadPhones(string.Join(", ", Scenario.Extensions)), Look.Faint);
            _screen.Line(Texts.HeadRecordings(Shown(installation.Recordings)), Look.Faint);

            await records.ClientsKnownAsync(scenarios.Where(scenario => scenario.Client is not null).Select(scenario => scenario.Caller), cancellationToken);
            var failed = new List<string>();
            for (var at = 0; at < scenarios.Length; at++)
            {
                _screen.Heading(Texts.Title(at + 1, scenarios.Length, scenarios[at].Key));
                if (!await PlayAsync(scenarios[at], company, records, names, installation, cancellationToken))
                {
                    failed.Add(scenarios[at].Key);
                }
            }

            _screen.Line("");
            _screen.Line(
                failed.Count == 0 ? Texts.AllAsTold(scenarios.Length, watch.Elapsed) : Texts.NotAsTold(scenarios.Length, string.Join(", ", failed)),
                failed.Count == 0 ? Look.Good : Look.Bad);
            return failed.Count == 0;
        }
        catch (Exception fault) when (fault is NpgsqlException or TimeoutException)
        {
            throw new CannotStartException(Texts.CannotAskCrm(fault.Message), fault);
        }
    }

    private async Task<bool> PlayAsync(
        Scenario scenario,
        Company company,
        CrmRecords records,
        IReadOnlyDictionary<string, string> names,
        Installation installation,
        CancellationToken cancellationToken)
    {
        _screen.Line("  " + Texts.FromTo(Texts.Number(scenario.Caller), Texts.Number(scenario.Did)), Look.Faint);
        var labels = names.ToDictionary(pair => pair.Key, pair => $"{(pair.Key.Length > 6 ? Texts.Mobile : pair.Key)} {pair.Value}", StringComparer.Ordinal);
        try
        {
            var played = await new LiveCall(scenario, company, labels, _screen).PlayAsync(cancellationToken);
            var call = await records.CallAsync(scenario, played.Began, cancellationToken);
            var leads = await records.LeadsAsync(call, cancellationToken);
            Show(scenario, call, leads, names, labels);

            var differences = Comparison.Make(scenario, played, call, leads, installation.Recordings);
            foreach (var (what, expected, actual) in differences)
            {
                _screen.Verdict(Texts.Differs(what, expected, actual), Look.Bad);
            }

            if (differences.Count == 0)
            {
                _screen.Verdict(Texts.AsTold, Look.Good);
            }

            return differences.Count == 0;
        }
        catch (Exception fault) when (fault is TimeoutException or SipCallEndedException or SipRefusedException)
        {
            // The PBX left, say. The SIP side adds its timeline, which is for developers.
            _screen.Line("");
            _screen.Verdict(Texts.WentOn(fault.Message.Split('\n')[0]), Look.Bad);
            return false;
        }
    }

    private void Show(Scenario scenario, CallRow call, LeadsRow leads, IReadOnlyDictionary<string, string> names, IReadOnlyDictionary<string, string> labels)
    {
        var file = call.File is null ? "" : ShownFile(call.File);
        _screen.Row(null, Texts.Recording, call is { Seconds: { } seconds, Bytes: { } bytes, Recording: "ready" }
            ? Texts.RecordingIs(file, TimeSpan.FromSeconds(seconds), bytes)
            : Texts.RecordingWord(call.Recording));
        _screen.Row(null, Texts.Call, call.AnsweredBy is { } phone
            ? Texts.CallAnswered(labels.GetValueOrDefault(phone, phone))
            : Texts.CallMissed(call.MissReason ?? call.Result ?? ""));
        if (leads.Client is { } client)
        {
            var responsible = leads.ResponsibleId is { } id ? names.GetValueOrDefault(id.ToString()) : null;
            _screen.Row(null, Texts.Client, Texts.ClientIs(client, responsible ?? Texts.Nobody));
        }
        else if (leads.LeadId is not null)
        {
            _screen.Row(null, Texts.Lead, Texts.LeadIs(Texts.Number(scenario.Caller)));
        }

        _screen.Row(null, Texts.History, Texts.HistoryIs(leads.History));
        _screen.Row(null, Texts.Callback, leads.Misses is { } misses ? Texts.CallbackIs(misses) : Texts.NoCallback);
    }

    // As one types it here.
    private static string Shown(string folder) =>
        Path.GetRelativePath(Environment.CurrentDirectory, folder) is var path && path.StartsWith("..", StringComparison.Ordinal) ? folder : path;

    // The file's name begins with the PBX's system name, which is secret; the star lets a shell find the file all the same.
    private static string ShownFile(string file) => "*" + file[file.IndexOf('-', StringComparison.Ordinal)..];
}
