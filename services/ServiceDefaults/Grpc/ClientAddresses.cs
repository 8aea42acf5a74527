using System.Net;
using CallCenterCrm.ServiceDefaults.Settings;
using Grpc.Core;

namespace CallCenterCrm.ServiceDefaults.Grpc;

/// <summary>
/// From where a person asks. A system through which people work (the console) says so, and is believed only at an address that
/// is set: anybody else would name a new address with each guess.
/// </summary>
/// <param name="trusted">Where such systems are.</param>
public sealed class ClientAddresses(IReadOnlyList<IPNetwork> trusted)
{
    /// <summary>Reads which addresses are believed (setting TrustedFrontends); the machine's own when nothing is set.</summary>
    public static IReadOnlyList<IPNetwork> Read(SettingsReader settings)
    {
        var networks = new List<IPNetwork>();
        foreach (var text in (settings.Optional("TrustedFrontends") ?? "127.0.0.0/8 ::1/128").Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (IPNetwork.TryParse(text, out var network))
            {
                networks.Add(network);
            }
            else
            {
                settings.Fail("TrustedFrontends", $"holds '{text}'", "write networks with blanks between them, for example 127.0.0.0/8 10.0.5.7/32");
            }
        }

        return networks;
    }

    /// <summary>From where a call was asked for.</summary>
    /// <param name="said">What the request says of that; where it says nothing, what a front end between says (X-Forwarded-For).</param>
    public string Of(ServerCallContext call, string said = "") =>
        Of(call.GetHttpContext().Connection.RemoteIpAddress, said.Length > 0 ? said : call.RequestHeaders.GetValue("x-forwarded-for") ?? "");

    /// <summary>The address that counts.</summary>
    /// <param name="peer">Who is connected to us; null when that cannot be told.</param>
    /// <param name="said">What he says of the person for whom he asks; empty when he says nothing.</param>
    public string Of(IPAddress? peer, string said)
    {
        if (peer is null)
        {
            return "";
        }

        var plain = peer.IsIPv4MappedToIPv6 ? peer.MapToIPv4() : peer;
        return IPAddress.TryParse(said, out var person) && trusted.Any(network => network.Contains(plain))
            ? person.ToString()
            : plain.ToString();
    }
}
