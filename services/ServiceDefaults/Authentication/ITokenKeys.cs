using Microsoft.IdentityModel.Tokens;

namespace CallCenterCrm.ServiceDefaults.Authentication;

/// <summary>The keys by which access tokens are checked: those that Staff publishes, or, in Staff itself, its own.</summary>
public interface ITokenKeys
{
    /// <summary>The key of that name; null when Staff has none such, or cannot be asked.</summary>
    Task<SecurityKey?> FindAsync(string? kid, CancellationToken cancellationToken);
}
