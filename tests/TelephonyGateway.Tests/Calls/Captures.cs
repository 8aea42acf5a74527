using System.Text.Json.Nodes;
using CallCenterCrm.Replay;
using CallCenterCrm.Telephony.Calls;

namespace CallCenterCrm.Telephony.Tests.Calls;

/// <summary>The recorded streams of a real Asterisk, and what the SIP side knows to be true of them.</summary>
internal static class Captures
{
    public static byte[] Ami(string name) => File.ReadAllBytes(PathOf(name, "ami"));

    public static byte[] Cel(string name) => File.ReadAllBytes(PathOf(name, "cel"));

    public static bool HasCel(string name) => File.Exists(PathOf(name, "cel"));

    public static JsonObject Truth(string name) => JsonNode.Parse(File.ReadAllText(PathOf(name, "json")))!.AsObject();

    public static IReadOnlyList<string> Names { get; } =
        [.. Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "captures"), "*.ami").Select(file => Path.GetFileNameWithoutExtension(file)!).Order()];

    public static JsonObject Outcome(Action<Replayer> run)
    {
        var replay = new Replayer(systemName: null);
        run(replay);
        return JsonNode.Parse(OutcomeJson.Write(replay.Calls(), replay.RefusedEvents, replay.BrokenRecords))!.AsObject();
    }

    public static IReadOnlyList<TrackedCall> Calls(Action<Replayer> run)
    {
        var replay = new Replayer(systemName: null);
        run(replay);
        return replay.Calls();
    }

    private static string PathOf(string name, string kind) => Path.Combine(AppContext.BaseDirectory, "captures", $"{name}.{kind}");
}
