namespace RealtimeGateway.Contracts;

/// <summary>What usually happens to a user and his sessions are told of. Names that begin with <c>user:</c> come from servers only.</summary>
public static class UserEvents
{
    /// <summary>He has signed in.</summary>
    public const string SignIn = "user:signin";

    /// <summary>He has signed out.</summary>
    public const string SignOut = "user:signout";

    /// <summary>Something about him has changed.</summary>
    public const string Update = "user:update";

    /// <summary>His password has changed.</summary>
    public const string PasswordChange = "user:pwdchange";

    /// <summary>His email address has changed.</summary>
    public const string EmailChange = "user:emailchange";

    /// <summary>His phone number has changed.</summary>
    public const string PhoneChange = "user:phonechange";

    /// <summary>He is deleted.</summary>
    public const string Delete = "user:delete";
}
