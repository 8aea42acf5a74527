using System.Net;
using System.Threading.Channels;
using CallCenterCrm.Sip;

namespace CallCenterCrm.Demo;

/// <summary>The managers' phones, the provider and the owner's mobile behind him, all played by the demo.</summary>
internal sealed class Company : IAsyncDisposable
{
    // No call of the demo lasts so long; one that does is given up.
    private static readonly SipAgentOptions Patient = new() { Patience = TimeSpan.FromSeconds(100) };
    private readonly List<SipPhone> _phones = [];
    private readonly Channel<SipCall> _rung = Channel.CreateUnbounded<SipCall>();

    private Company(SipTrunk trunk) => Trunk = trunk;

    /// <summary>The provider.</summary>
    public SipTrunk Trunk { get; }

    /// <summary>Every call that reaches a phone or the mobile; whoever reads it decides what its owner does.</summary>
    public ChannelReader<SipCall> Rung => _rung.Reader;

    /// <summary>Registers the phones, each from an address of its own, and opens the provider's.</summary>
    /// <exception cref="CannotStartException">An address is taken, or the PBX refuses a phone.</exception>
    public static async Task<Company> OpenAsync(Installation installation, CancellationToken cancellationToken)
    {
        Company? company = null;
        try
        {
            company = new Company(new SipTrunk(installation.Trunk, installation.Sip, Patient));
            company.Trunk.Script = company.AnnounceAsync;
            foreach (var extension in Scenario.Extensions)
            {
                var address = IPAddress.Parse("127.0.1." + extension);
                var account = new SipCredentials(extension, installation.Passwords[extension]);
                var phone = new SipPhone(account, new IPEndPoint(address, 0), installation.Sip, Patient) { Script = company.AnnounceAsync };
                company._phones.Add(phone);
                await phone.RegisterAsync(cancellationToken: cancellationToken);
            }

            return company;
        }
        catch (Exception fault)
        {
            if (company is not null)
            {
                await company.DisposeAsync();
            }

            // SipAgent tells of a taken address by an InvalidOperationException that names it.
            throw fault is InvalidOperationException or SipRefusedException ? new CannotStartException(Texts.CannotOpenPhones(fault.Message), fault) : fault;
        }
    }

    /// <summary>Gives the phones back: each is unregistered, so that its owner's own can take its place.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var phone in _phones)
        {
            await phone.DisposeAsync();
        }

        await Trunk.DisposeAsync();
    }

    private Task AnnounceAsync(SipCall call, CancellationToken ended) => _rung.Writer.WriteAsync(call, ended).AsTask();
}
