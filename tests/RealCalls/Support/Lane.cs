using System.Globalization;
using System.Net;
using CallCenterCrm.Sip;

namespace CallCenterCrm.RealCalls.Support;

/// <summary>
/// A small company of its own within the stack: a number, three phones, an owner's mobile, one client. Scenarios on
/// different lanes do not meet.
/// </summary>
public sealed class Lane(int index, Stack stack, SipTrunk trunk) : IAsyncDisposable
{
    private readonly List<SipPhone> _phones = [];

    public static int PhonesEach => 3;

    public string Did => DidOf(index);

    public string Mobile => MobileOf(index);

    /// <summary>The client's number; its responsible manager is the first phone.</summary>
    public string ClientNumber => ClientNumberOf(index);

    public string ClientName => ClientNameOf(index);

    /// <summary>A number that no client has.</summary>
    public string Stranger(int which = 0) => string.Create(CultureInfo.InvariantCulture, $"7926{index:000}{which:0000}");

    public SipTrunk Trunk => trunk;

    public Stack Stack => stack;

    public string Extension(int phone) => ExtensionOf(index, phone);

    public static string DidOf(int index) => string.Create(CultureInfo.InvariantCulture, $"749510001{index:00}");

    public static string MobileOf(int index) => string.Create(CultureInfo.InvariantCulture, $"790355501{index:00}");

    public static string ClientNumberOf(int index) => string.Create(CultureInfo.InvariantCulture, $"791600000{index:00}");

    public static string ClientNameOf(int index) => string.Create(CultureInfo.InvariantCulture, $"Клиент «{index:00}»");

    public static string ExtensionOf(int index, int phone) => string.Create(CultureInfo.InvariantCulture, $"2{index:00}{phone}");

    /// <summary>Registers a phone of this lane (1 to 3) with a behaviour.</summary>
    public async Task<SipPhone> PhoneAsync(int phone, CallScript? script = null)
    {
        var extension = Extension(phone);
        var made = new SipPhone(
            new SipCredentials(extension, stack.PhonePassword(extension)),
            new IPEndPoint(new IPAddress([127, 0, (byte)(3 + (index / 60)), (byte)((index % 60 * 4) + phone)]), 0), stack.Sip, new SipAgentOptions { LogCapacity = 400 });
        made.Script = script;
        _phones.Add(made);
        await made.RegisterAsync();
        return made;
    }

    /// <summary>As every phone does by itself from time to time.</summary>
    public Task RegisterAgainAsync() => Task.WhenAll(_phones.Select(phone => phone.RegisterAsync()));

    /// <summary>A call of the provider's to this lane's number.</summary>
    public SipCall Call(string? from = null, CallScript? script = null) =>
        trunk.Call(new TrunkCall { Did = Did, From = from ?? ClientNumber, Script = script });

    public async ValueTask DisposeAsync()
    {
        foreach (var phone in _phones)
        {
            await phone.DisposeAsync();
        }
    }
}
