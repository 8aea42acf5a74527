using System.Globalization;

namespace CallCenterCrm.Demo;

/// <summary>How a piece of text is to look on a terminal.</summary>
internal enum Look
{
    Plain,
    Heading,
    Faint,
    Ringing,
    Good,
    Bad,
}

/// <summary>
/// Rows of time, label and text. Nothing is ever drawn over, so that what is live on a terminal is complete in a file, too:
/// a row may be begun and grow by marks until it is ended.
/// </summary>
internal sealed class Screen
{
    private const int TimeWidth = 8;
    private const int LabelWidth = 27;
    private readonly bool _colours = !Console.IsOutputRedirected && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"))
        && Environment.GetEnvironmentVariable("TERM") is not "dumb";

    public void Heading(string text)
    {
        Console.WriteLine();
        Console.WriteLine(Paint(text, Look.Heading));
    }

    /// <summary>A line without columns.</summary>
    public void Line(string text, Look look = Look.Plain) => Console.WriteLine(Paint(text, look));

    /// <summary>A line below the labels: what is to be said of the whole call.</summary>
    public void Verdict(string text, Look look) => Line(new string(' ', TimeWidth + 2) + text, look);

    /// <summary>A whole row.</summary>
    public void Row(TimeSpan? time, string label, string text, Look look = Look.Plain)
    {
        Begin(time, label);
        End(text, look);
    }

    /// <summary>Begins a row.</summary>
    /// <param name="time">Since the call began; null leaves it out.</param>
    public void Begin(TimeSpan? time, string label)
    {
        var shown = time is { } at ? Texts.Seconds(at) : "";
        Console.Write(Paint(shown.PadLeft(TimeWidth), Look.Faint) + "  " + label.PadRight(LabelWidth - 1) + " ");
    }

    /// <summary>Lets the row that was begun grow.</summary>
    public void Mark(string mark, Look look) => Console.Write(Paint(mark, look));

    /// <summary>Ends the row that was begun.</summary>
    public void End(string text, Look look = Look.Plain) => Console.WriteLine(Paint(text, look));

    private string Paint(string text, Look look)
    {
        var code = look switch
        {
            Look.Heading => 1,
            Look.Faint => 90,
            Look.Ringing => 33,
            Look.Good => 32,
            Look.Bad => 31,
            _ => 0,
        };
        return _colours && code != 0 && !string.IsNullOrWhiteSpace(text) ? string.Create(CultureInfo.InvariantCulture, $"\e[{code}m{text}\e[0m") : text;
    }
}
