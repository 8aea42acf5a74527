using System.Collections.Concurrent;
using CallCenterCrm.Staff.V1;

namespace CallCenterCrm.WebConsole.SignIn;

/// <summary>The sessions of this console, by the cookies of their browsers.</summary>
internal sealed class Sessions(Staff.V1.SignIn.SignInClient staff, SessionVault vault, TimeProvider time)
{
    private const int LongestCookie = 100;

    // Those not used for so long are read from the vault again when they come.
    private static readonly TimeSpan Idle = TimeSpan.FromHours(1);
    private readonly ConcurrentDictionary<string, ConsoleSession> _known = new(StringComparer.Ordinal);
    private DateTimeOffset _swept = time.GetUtcNow();

    /// <summary>Begins a session.</summary>
    /// <returns>The cookie's value.</returns>
    public async Task<string> BeginAsync(Grant grant, CancellationToken cancellationToken)
    {
        Sweep();
        var cookie = SessionVault.NewCookie();
        var kept = new KeptSession(Guid.Parse(grant.SessionId), Guid.Parse(grant.EmployeeId), grant.RefreshToken);
        await vault.SaveAsync(cookie, kept, cancellationToken);
        _known[SessionVault.NameOf(cookie)] = new ConsoleSession(cookie, kept, grant, staff, vault, time);
        return cookie;
    }

    /// <summary>The session of a cookie; null when there is none.</summary>
    public async Task<ConsoleSession?> FindAsync(string? cookie, CancellationToken cancellationToken)
    {
        if (cookie is not { Length: > 0 and < LongestCookie })
        {
            return null;
        }

        var name = SessionVault.NameOf(cookie);
        if (!_known.TryGetValue(name, out var session))
        {
            if (await vault.FindAsync(cookie, cancellationToken) is not { } kept)
            {
                return null;
            }

            // Of two requests that come at once one makes it: its refresh token is good once.
            session = _known.GetOrAdd(name, _ => new ConsoleSession(cookie, kept, grant: null, staff, vault, time));
        }

        if (!session.Ended.IsCancellationRequested)
        {
            return session;
        }

        _known.TryRemove(KeyValuePair.Create(name, session));
        return null;
    }

    private void Sweep()
    {
        var now = time.GetUtcNow();
        if (now - _swept < Idle)
        {
            return;
        }

        _swept = now;
        foreach (var pair in _known.Where(pair => pair.Value.Ended.IsCancellationRequested || now - pair.Value.LastUsed > Idle))
        {
            _known.TryRemove(pair);
        }
    }
}
