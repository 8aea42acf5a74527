using AmiBench;

// Driven by run.sh: one process plays the PBX, another one at a time reads it.
switch (args)
{
    case ["serve", var captures, var portFile]:
        PlaybackServer.Run(captures, portFile);
        return 0;
    case ["drain", var port, var loops, var runs]:
        RawDrain.Run(Number(port), Number(loops), Number(runs));
        return 0;
    case ["client", var port, var loops, var runs]:
        await OurClient.RunAsync(Number(port), Number(loops), Number(runs));
        return 0;
    default:
        Console.Error.WriteLine("usage: AmiBench serve CAPTURES PORT_FILE | drain PORT LOOPS RUNS | client PORT LOOPS RUNS");
        return 2;
}

static int Number(string text) => int.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
