using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace CallCenterCrm.Demo;

/// <summary>What deploy/up wrote down about the stack that it started.</summary>
/// <param name="Sip">Where Asterisk takes calls.</param>
/// <param name="Trunk">Where the provider listens, which the demo plays.</param>
/// <param name="Passwords">Of the phones, by extension.</param>
/// <param name="TelephonyDatabase">The gateway's connection string.</param>
/// <param name="LeadsDatabase">The connection string of Leads.</param>
/// <param name="Recordings">The folder of the recordings.</param>
internal sealed record Installation(
    IPEndPoint Sip, IPEndPoint Trunk, IReadOnlyDictionary<string, string> Passwords, string TelephonyDatabase, string LeadsDatabase, string Recordings)
{
    /// <summary>Reads the run directory.</summary>
    /// <exception cref="CannotStartException">A file is not there, or not for this user, or has no phone of the demo.</exception>
    public static Installation Read(string run)
    {
        try
        {
            var endpoints = Parse(run, "endpoints.json");
            var gateway = Parse(run, "config/gateway.json");
            var leads = Parse(run, "config/leads.json");
            var phones = Parse(run, "demo/phones.json").AsArray()
                .ToDictionary(phone => (string)phone!["extension"]!, phone => (string)phone!["password"]!, StringComparer.Ordinal);
            var absent = Scenario.Extensions.Where(extension => !phones.ContainsKey(extension)).ToArray();
            if (absent.Length > 0)
            {
                throw new CannotStartException(Texts.PhonesAbsent(string.Join(", ", absent)));
            }

            return new Installation(
                EndPoint(endpoints["asterisk"]!["sip"]!["address"]!, endpoints["asterisk"]!["sip"]!["port"]!),
                EndPoint(endpoints["trunk"]!["addresses"]![0]!, endpoints["trunk"]!["port"]!),
                phones,
                (string)gateway["Database"]!["ConnectionString"]!,
                (string)leads["Database"]!["ConnectionString"]!,
                (string)gateway["Pbx"]!["RecordingsDirectory"]!);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new CannotStartException(Texts.CannotRead(fault.Message), fault);
        }
    }

    private static JsonNode Parse(string run, string file) => JsonNode.Parse(File.ReadAllText(Path.Combine(run, file)))!;

    private static IPEndPoint EndPoint(JsonNode address, JsonNode port) =>
        IPEndPoint.Parse(string.Create(CultureInfo.InvariantCulture, $"{(string)address!}:{(int)port}"));
}
