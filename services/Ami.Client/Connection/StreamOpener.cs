using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace Ami.Client.Connection;

/// <summary>Opens the way to the PBX: TCP, and TLS over it if the options want that.</summary>
internal static class StreamOpener
{
    /// <summary>Opens it.</summary>
    /// <exception cref="AmiConnectionLostException">It could not be opened.</exception>
    public static async Task<Stream> OpenAsync(AmiClientOptions options, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(options.Host, options.Port, cancellationToken).ConfigureAwait(false);
        }
        catch (SocketException e)
        {
            socket.Dispose();
            throw new AmiConnectionLostException($"The PBX cannot be reached: {e.SocketErrorCode}.", e);
        }
        catch
        {
            socket.Dispose();
            throw;
        }

        var plain = new NetworkStream(socket, ownsSocket: true);
        return options.UseTls ? await SecureAsync(plain, options, cancellationToken).ConfigureAwait(false) : plain;
    }

    private static async Task<Stream> SecureAsync(NetworkStream plain, AmiClientOptions options, CancellationToken cancellationToken)
    {
        var tls = new SslStream(plain, leaveInnerStreamOpen: false);
        try
        {
            await tls.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions
                {
                    TargetHost = options.TlsServerName ?? options.Host,
                    CertificateChainPolicy = ChainPolicy(options.TlsTrustedRoots),
                },
                cancellationToken).ConfigureAwait(false);
            return tls;
        }
        catch (Exception e) when (e is AuthenticationException or IOException)
        {
            await tls.DisposeAsync().ConfigureAwait(false);
            throw new AmiConnectionLostException("TLS with the PBX could not be set up.", e);
        }
        catch
        {
            await tls.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private static X509ChainPolicy? ChainPolicy(X509Certificate2Collection? roots)
    {
        // Null is the system's own policy.
        if (roots is null) return null;

        // A company's own root has no list of revoked certificates.
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.AddRange(roots);
        return policy;
    }
}
