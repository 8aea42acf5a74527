using CallCenterCrm.Replay;

if (args.Length is < 1 or > 2 || args.Any(arg => arg.StartsWith('-')))
{
    await Console.Error.WriteLineAsync("usage: tests/replay FILE.ami [FILE.cel]   or   tests/replay FILE.cel");
    return 2;
}

var replay = new Replayer(systemName: null);
foreach (var file in args)
{
    var bytes = await File.ReadAllBytesAsync(file);
    if (file.EndsWith(".cel", StringComparison.Ordinal))
    {
        replay.Cel(bytes);
    }
    else
    {
        replay.Ami(bytes);
    }
}

Console.WriteLine(OutcomeJson.Write(replay.Calls(), replay.RefusedEvents, replay.BrokenRecords));
return 0;
