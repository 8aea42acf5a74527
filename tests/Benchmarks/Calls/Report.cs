using System.Globalization;
using CallCenterCrm.Sip;

namespace CallsBench;

/// <summary>The end of a window and the beginning of the next.</summary>
/// <param name="Behind">Messages that were still under way.</param>
/// <param name="LoadAverage">Of the machine, one minute.</param>
internal sealed record Cut(DateTimeOffset At, ProcessorTime Used, long Behind, string LoadAverage);

/// <summary>Prints what was measured; figures of several windows are medians.</summary>
internal static class Report
{
    public static async Task WriteAsync(Ledger ledger, List<Cut> cuts, LoadReport report, bool drained)
    {
        var windows = new List<Window>();
        foreach (var (from, until) in cuts.Zip(cuts.Skip(1)))
        {
            windows.Add(new Window(from, until, await ledger.DelaysAsync(from.At, until.At)));
        }

        WriteDelays(windows);
        WriteProcessorTime(windows);
        Line($"\nSIP side: {report}");
        var account = await ledger.AccountAsync();
        Line($"""

            accounting      SIP placed {report.Placed}, answered {report.Answered}
              gateway       {account.Rows} calls, {account.Distinct} distinct, {account.Settled} settled, {account.Answered} answered
              Asterisk CEL  {account.InPbxLog} calls, {account.OnlyInPbxLog} of them unknown to the gateway; {account.OnlyOurs} known to the gateway alone
              Leads         {account.InLeads} calls on histories, {account.Leads} leads of strangers
              every call accounted for, none twice: {(account.IsWhole(report.Placed, report.Answered) ? "yes" : "NO")}{(drained ? "" : "; something was still under way when waiting ended")}
            """);
    }

    private static void WriteDelays(List<Window> windows)
    {
        Line($"\nfrom the PBX's announcement to its confirmation of the plan, ms");
        Line($"{"window",-8}{"calls",8}{"no plan",9}{"p50",8}{"p95",8}{"p99",8}{"max",8}{"behind",9}{"load avg",10}{"others",9}");
        foreach (var (window, number) in windows.Select((window, index) => (window, index + 1)))
        {
            var delays = window.Delays;
            Line($"{number,-8}{delays.Calls,8}{delays.Unplanned,9}{delays.P50,8:F1}{delays.P95,8:F1}{delays.P99,8:F1}{delays.Max,8:F1}{window.Behind,9}{window.LoadAverage,10}{window.Others,8:P0}");
        }

        Line($"{"median",-8}{"",8}{"",9}{Median(windows, window => window.Delays.P50),8:F1}{Median(windows, window => window.Delays.P95),8:F1}{Median(windows, window => window.Delays.P99),8:F1}{Median(windows, window => window.Delays.Max),8:F1}");
        Line($"behind: messages under way at the window's end; others: processor time of strangers on this machine, of one core");
    }

    private static void WriteProcessorTime(List<Window> windows)
    {
        Line($"\nprocessor time, ms per call{"of Asterisk",22}");
        var asterisk = Median(windows, window => window.PerCall(ProcessorTime.Asterisk));
        Row("Asterisk", asterisk);
        foreach (var part in ProcessorTime.Crm)
        {
            Row(part, Median(windows, window => window.PerCall(part)));
        }

        Row("CRM side", Median(windows, window => ProcessorTime.Crm.Sum(window.PerCall)));
        Row("(the load)", Median(windows, window => window.PerCall(ProcessorTime.Load)));

        void Row(string name, double perCall) => Line($"{name,-20}{perCall,8:F2}{perCall / asterisk,21:F2}");
    }

    private static double Median(List<Window> windows, Func<Window, double> figure)
    {
        double[] sorted = [.. windows.Select(figure).Order()];
        return sorted[sorted.Length / 2];
    }

    private static void Line(FormattableString text) => Console.WriteLine(text.ToString(CultureInfo.InvariantCulture));

    private sealed class Window(Cut from, Cut until, Delays delays)
    {
        private readonly ProcessorTime _used = until.Used.Since(from.Used);

        public Delays Delays => delays;

        public long Behind => until.Behind;

        public string LoadAverage => until.LoadAverage;

        public double Others => Math.Max(0, _used.Machine - _used.Parts.Values.Sum()) / (until.At - from.At).TotalSeconds;

        /// <summary>Milliseconds of a part for each call.</summary>
        public double PerCall(string part) => _used.Parts[part] * 1000 / delays.Calls;
    }
}
