using CallCenterCrm.Staff.V1;
using Grpc.Core;
using Microsoft.IdentityModel.JsonWebTokens;

namespace CallCenterCrm.WebConsole.SignIn;

/// <summary>
/// Somebody who is signed in here. His tokens stay here: the browser has a cookie that says nothing. A refresh token is good once,
/// so all that goes on in a session renews it in one place.
/// </summary>
internal sealed class ConsoleSession(
    string cookie, KeptSession kept, Grant? grant, Staff.V1.SignIn.SignInClient staff, SessionVault vault, TimeProvider time) : IDisposable
{
    private readonly SemaphoreSlim _renewing = new(1);
    private readonly CancellationTokenSource _ended = new();
    private KeptSession _kept = kept;
    private Token? _token = grant is null ? null : Token.Of(grant, time);

    /// <summary>The session at Staff.</summary>
    public Guid SessionId => _kept.SessionId;

    /// <summary>Who is signed in.</summary>
    public Guid EmployeeId => _kept.EmployeeId;

    /// <summary>Ends what the session has going on when it is over.</summary>
    public CancellationToken Ended => _ended.Token;

    /// <summary>When it was last asked for a token.</summary>
    public DateTimeOffset LastUsed { get; private set; } = time.GetUtcNow();

    /// <summary>An access token with at least some seconds to live.</summary>
    /// <param name="address">The person's IP address, for the renewal.</param>
    /// <exception cref="SessionEndedException">Staff knows the session no longer.</exception>
    /// <exception cref="RpcException">Staff cannot be reached, and the last token has ended.</exception>
    public async Task<string> AccessTokenAsync(string address, CancellationToken cancellationToken)
    {
        LastUsed = time.GetUtcNow();
        if (_token is { } token && time.GetUtcNow() < token.RenewAt)
        {
            return token.Text;
        }

        await _renewing.WaitAsync(cancellationToken);
        try
        {
            ObjectDisposedException.ThrowIf(_ended.IsCancellationRequested, this);
            if (_token is { } renewed && time.GetUtcNow() < renewed.RenewAt)
            {
                return renewed.Text;
            }

            // Whoever asks may leave; the renewal goes on, since the token that it shows is used up by it.
            var answer = await staff.RenewSessionAsync(
                new RenewSessionRequest { RefreshToken = _kept.RefreshToken, ClientAddress = address }, cancellationToken: CancellationToken.None);
            var fresh = _token = Token.Of(answer.Grant, time);
            _kept = _kept with { RefreshToken = answer.Grant.RefreshToken };
            await vault.SaveAsync(cookie, _kept, CancellationToken.None);
            return fresh.Text;
        }
        catch (RpcException refusal) when (refusal.StatusCode == StatusCode.Unauthenticated)
        {
            await EndAsync();
            throw new SessionEndedException();
        }
        catch (RpcException) when (_token is { } last && time.GetUtcNow() < last.Until)
        {
            return last.Text;
        }
        catch (ObjectDisposedException)
        {
            throw new SessionEndedException();
        }
        finally
        {
            _renewing.Release();
        }
    }

    /// <summary>What the newest access token says of its bearer.</summary>
    public async Task<SignedInPerson> PersonAsync(string address, CancellationToken cancellationToken)
    {
        // It came from Staff itself over our own connection; the services check it each time.
        var token = new JsonWebToken(await AccessTokenAsync(address, cancellationToken));
        string? One(string type) => token.TryGetClaim(type, out var claim) ? claim.Value : null;
        return new(
            EmployeeId, SessionId, One("team"), One("visibility") ?? "own",
            [.. token.Claims.Where(claim => claim.Type == "permissions").Select(claim => claim.Value)]);
    }

    /// <summary>Forgets the session here, and ends all that it has going on.</summary>
    public async Task EndAsync()
    {
        await _ended.CancelAsync();
        await vault.ForgetAsync(cookie, CancellationToken.None);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _renewing.Dispose();
        _ended.Dispose();
    }

    /// <summary>An access token.</summary>
    /// <param name="RenewAt">From when on a new one is got, so that a call that begins with it gets something of its life.</param>
    private sealed record Token(string Text, DateTimeOffset RenewAt, DateTimeOffset Until)
    {
        public static Token Of(Grant grant, TimeProvider time)
        {
            var (now, until) = (time.GetUtcNow(), grant.AccessTokenExpiresAt.ToDateTimeOffset());
            return new(grant.AccessToken, now + ((until - now) * 0.75), until);
        }
    }
}

/// <summary>Who is signed in, and what he may do.</summary>
/// <param name="Visibility">own, team or all.</param>
internal sealed record SignedInPerson(Guid EmployeeId, Guid SessionId, string? Team, string Visibility, IReadOnlyList<string> Permissions);

/// <summary>The session is over: the person has to sign in.</summary>
internal sealed class SessionEndedException() : Exception("The session is over.");
