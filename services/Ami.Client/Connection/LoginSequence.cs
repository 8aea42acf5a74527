using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using Ami.Client.Actions;
using Ami.Client.Events;

namespace Ami.Client.Connection;

/// <summary>From the greeting to the moment when the PBX has told that it is fully booted.</summary>
internal static class LoginSequence
{
    /// <summary>Logs in.</summary>
    /// <exception cref="AmiLoginRefusedException">The PBX said no.</exception>
    /// <exception cref="AmiTimeoutException">It did not say anything in time.</exception>
    public static async Task<FullyBootedEvent> RunAsync(
        AmiConnection connection,
        AmiClientOptions options,
        TimeProvider timeProvider,
        CancellationToken cancellationToken)
    {
        try
        {
            await connection.Greeted.WaitAsync(options.LoginTimeout, timeProvider, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            throw new AmiTimeoutException("The PBX did not send its greeting in time.");
        }

        var login = options.Authentication == AmiAuthentication.Plain
            ? AmiAction.Login(options.Username, options.Secret)
            : AmiAction.LoginWithKey(options.Username, Key(await ChallengeAsync().ConfigureAwait(false), options.Secret));

        // Before the login, because FullyBooted may come with the very bytes of the answer.
        connection.AwaitFullyBooted();
        var answer = await SendAsync(login).ConfigureAwait(false);
        if (!answer.IsSuccess) throw new AmiLoginRefusedException($"The PBX refused the login: {answer.Message}");

        try
        {
            // The port is open 90 ms before the boot ends, and logins succeed by then: FullyBooted comes after.
            return await connection.FullyBooted.WaitAsync(options.FullyBootedTimeout, timeProvider, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            throw new AmiTimeoutException("The PBX did not tell in time that it is fully booted; the user of manager.conf needs read=system for that.");
        }

        async Task<string> ChallengeAsync()
        {
            var response = await SendAsync(AmiAction.Challenge()).ConfigureAwait(false);
            if (!response.IsSuccess) throw new AmiLoginRefusedException($"The PBX gave no challenge: {response.Message}");
            return response["Challenge"].ToString();
        }

        async Task<AmiResponse> SendAsync(AmiAction action) =>
            (await connection.Send([action], wantLists: false, options.LoginTimeout, cancellationToken)[0].ConfigureAwait(false)).Response;
    }

    [SuppressMessage("Security", "CA5351", Justification = "AMI knows no other digest; for more there is TLS.")]
    private static string Key(string challenge, string secret) =>
        Convert.ToHexStringLower(MD5.HashData(Encoding.UTF8.GetBytes(challenge + secret)));
}
